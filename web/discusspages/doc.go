// Package discusspages is the discussion of any thing: a part that the thing's
// own page embeds (Load, then Thread), and the doors of what people do there.
// Everything works without script; with it news of others wait behind a button
// and an answer is written in its place. It also has the doors of receipts of
// votes and the moderators' page of votes that are held.
package discusspages
