package api

import "time"

// The headers of ours.
const (
	accessCode     = "Mitwirk-Access-Code"
	idempotencyKey = "Idempotency-Key"
	ifMatch        = "If-Match"
)

// A JSON body is small; a slow phone may take its time.
const (
	maxBody      = 128 << 10
	bodyPatience = 30 * time.Second
)

// NumberParam is exported, as the other two, for huma, which reads no unexported parts. It is in every path of a report.
type NumberParam struct {
	Number string `path:"number" maxLength:"40" doc:"The public number." example:"M-2026-7K3QX9"`
}

// CodeParam opens a report for whoever reported it.
type CodeParam struct {
	Code string `header:"Mitwirk-Access-Code" maxLength:"40" doc:"The access code of the report: acts as the person who reported it. Upper or lower case, with or without dashes." example:"7K3Q-X9MA-2BCD"`
}

// OnceParam lets a request be sent again.
type OnceParam struct {
	Key string `header:"Idempotency-Key" minLength:"16" maxLength:"200" doc:"A name of your own for this request, for example a UUID. The same request with it gets the same answer for a day, and nothing is done twice." example:"0198a4c2-6d1e-7c3a-9f00-2b6f5f1e8a11"`
}
