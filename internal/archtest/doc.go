// Package archtest holds the tests of what no single package can see: who
// imports whom, that every SQL statement fits the migrated schema, that every
// message exists in both languages, that no template breaks the content
// security policy, and what the schema looks like.
//
// Naming rules that the tests rely on:
//   - a statement is a constant named sql…, whole in itself; a constant named
//     sqlPart… and one that does not begin with an SQL verb (lists of columns)
//     is a fragment for other constants;
//   - a message key in code is a string literal in T, TMap, fault.New, OnField
//     or Fields.Add; a key put together at run time is the caller's to test.
package archtest
