package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // the city's time zone, also where the machine has none

	"github.com/alecthomas/kong"

	"github.com/mitwirk/mitwirk/internal/bench"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the process at once
	var c cli
	k := kong.Parse(&c,
		kong.Name("mitwirk"),
		kong.Description("One door between a city and its people."),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Vars{"version": version(), "roles": roleNames()},
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	err := k.Run(&c.Globals)
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		fmt.Fprintln(os.Stderr, "mitwirk: stopped before it was done")
		os.Exit(130)
	}
	if errors.Is(err, bench.ErrNoisy) {
		fmt.Fprintln(os.Stderr, "mitwirk:", err)
		os.Exit(exitNoisy)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "mitwirk:", err)
		os.Exit(1)
	}
}
