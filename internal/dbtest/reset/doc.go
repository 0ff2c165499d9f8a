// Command reset deletes the cities of `mitwirk dev` in the given folders and
// the databases of the tests. What is in use stays, and is named.
package main
