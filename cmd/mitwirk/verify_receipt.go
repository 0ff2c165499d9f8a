package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/internal/receipt"
)

// verifyReceiptCmd tells whether a receipt is genuine and unchanged.
type verifyReceiptCmd struct {
	File    string `arg:"" type:"existingfile" help:"The receipt, as it was saved."`
	Keys    string `type:"existingfile" placeholder:"FILE" help:"The public keys, as saved from /receipts/keys.json. Unset: those of the database."`
	Content string `type:"existingfile" placeholder:"FILE" help:"The content, as saved beside the receipt: checked as well."`
}

// Run prints what the receipt says; an error is the answer no.
func (c *verifyReceiptCmd) Run(ctx context.Context, g *Globals) error {
	file, err := os.ReadFile(c.File)
	if err != nil {
		return fmt.Errorf("read receipt: %w", err)
	}
	keys, err := c.keys(ctx, g)
	if err != nil {
		return err
	}
	r, err := receipt.Verify(file, keys)
	if err != nil {
		return fmt.Errorf("%s: not valid: %w", c.File, err)
	}
	if c.Content != "" {
		content, err := os.ReadFile(c.Content)
		if err != nil {
			return fmt.Errorf("read content: %w", err)
		}
		if err := r.Fits(content); err != nil {
			return fmt.Errorf("%s: %w", c.Content, err)
		}
	}
	fmt.Printf("genuine and unchanged\nnumber   %s\narrived  %s\nissuer   %s\ncontent  SHA-256 %s\nkey      %s\n", r.Number, r.At, r.Issuer, r.Content, r.Key)
	if c.Content != "" {
		fmt.Println("the content fits")
	}
	return nil
}

func (c *verifyReceiptCmd) keys(ctx context.Context, g *Globals) (receipt.Keys, error) {
	if c.Keys == "" {
		pool, done, err := g.OpenDB(ctx)
		if err != nil {
			return nil, errors.Join(errors.New("no keys: give --keys FILE, or a database"), err)
		}
		defer done()
		return complaints.Keys(ctx, pool)
	}
	raw, err := os.ReadFile(c.Keys)
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	return receipt.ParseKeys(raw)
}
