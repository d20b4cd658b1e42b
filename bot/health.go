package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// errNotReady says that the bot runs and cannot do its work; why was said
// already.
var errNotReady = errors.New("the bot is not ready")

// healthTime is how long the bot may take to say how it is.
const healthTime = 10 * time.Second

// runHealth asks the bot that runs on this machine how it is, over HTTP as
// everybody else does, and fails when it is not ready or there is none.
func runHealth(ctx context.Context, c *call) error {
	if _, err := c.parse(c.flags("health"), 0, 0); err != nil {
		return err
	}
	cfg, err := readConfig(c.getenv)
	if err != nil {
		return err
	}
	at := page(cfg.listen)
	if at.Port() == "0" {
		return misuse("health: CHIHAI_LISTEN=%s lets the bot choose its port, so nobody knows where to ask", cfg.listen)
	}
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.JoinPath("readyz").String(), nil)
	if err != nil {
		return err
	}
	// No proxy of the environment stands between the bot and its own machine.
	client := http.Client{Transport: &http.Transport{DialContext: (&net.Dialer{}).DialContext, DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("ask the bot: %w", err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(c.stdout, io.LimitReader(resp.Body, 64<<10)); err != nil {
		return fmt.Errorf("hear the bot: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return errNotReady
	}
	return nil
}
