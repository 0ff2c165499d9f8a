// Package proposals fills the demonstration with calls and ideas: invented, as
// people of Munich might have them, with supports, comments and answers.
package proposals
