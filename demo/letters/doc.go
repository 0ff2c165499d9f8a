// Package letters fills the demo city with complaints, praise, questions and
// requests in all states: invented ones, by nobody.
package letters
