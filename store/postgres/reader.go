package postgres

import (
	"context"
	_ "embed"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Reader is the role of those who analyse: it reads the views and the tables
// that tell of nobody, and cannot log in itself.
const Reader = "chihai_reader"

//go:embed reader.sql
var readerSQL string

// Views are the names of the views that [DB.Publish] makes, for common
// questions.
func Views() []string {
	return []string{"trainings", "registrations_by_commune", "members_by_commune", "messages_waiting", "deliveries_by_day"}
}

// Publish makes the views and the role [Reader], which may read them and the
// tables training and area, and nothing else. The user of the database must be
// allowed to make roles, or the role must be there.
func (d *DB) Publish(ctx context.Context) error {
	if err := d.gate.Enter(ctx); err != nil {
		return err
	}
	defer d.gate.Leave()
	conn, err := d.reads.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	err = pgx.BeginFunc(ctx, conn.Conn(), func(tx pgx.Tx) error {
		if err := lockSchema(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, readerSQL)
		return err
	})
	if err != nil {
		return fmt.Errorf("make the role %s and its views: %w", Reader, err)
	}
	return nil
}
