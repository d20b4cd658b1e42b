package main

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"chihai/bot/channel"
	"chihai/bot/inbox"
	"chihai/bot/outbox"
	"chihai/bot/tasks"
	"chihai/flows"
	"chihai/store"
	"chihai/store/memory"
)

// A hung channel has something to hand over, and sends nothing before it is cut
// off.
type hung struct{}

func (hung) Name() string { return "test:1" }

func (hung) Receive(ctx context.Context, handle func(flows.Input, func(error))) error {
	handle(flows.Input{ID: "1", Channel: "test:1", From: "a"}, func(error) {})
	<-ctx.Done()
	return nil
}

func (hung) Send(ctx context.Context, _ channel.Message) (channel.Receipt, error) {
	<-ctx.Done()
	return channel.Receipt{}, ctx.Err()
}

// A bot in which everything hangs comes to an end in time all the same.
func TestStopTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := store.Open(t.Context(), memory.New(), store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		err = s.Update(t.Context(), func(tx *store.Tx) error {
			if err := tx.AddTask(&store.Task{Work: "hang"}); err != nil {
				return err
			}
			return tx.Post(&store.Message{Channel: "test:1", Address: "a", Text: "x"})
		})
		if err != nil {
			t.Fatal(err)
		}
		hang := func(ctx context.Context, _ flows.Input) error {
			<-ctx.Done()
			return ctx.Err()
		}
		channels := []channel.Channel{hung{}}
		b := &bot{
			store: s, channels: channels,
			inbox:  inbox.New(hang, inbox.Options{Drain: drainTime}),
			outbox: outbox.New(s, channels, outbox.Options{Drain: drainTime}),
			tasks: tasks.New(s, map[string]tasks.Work{"hang": func(ctx context.Context, _ *store.Store, _ store.Task) ([]byte, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			}}, hang),
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- b.run(ctx) }()
		synctest.Wait()
		cancel()
		began := time.Now()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took >= stopTime || took < drainTime {
			t.Errorf("it took %v to end", took)
		}
	})
}
