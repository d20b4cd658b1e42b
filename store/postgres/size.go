package postgres

import (
	"context"
	"fmt"
)

// Size returns how many bytes the database takes on the disks of the server,
// those of other programs in the same database included.
func (d *DB) Size(ctx context.Context) (size int64, err error) {
	if err := d.gate.Reason(); err != nil {
		return 0, err
	}
	if err := d.reads.QueryRow(ctx, "select pg_database_size(current_database())").Scan(&size); err != nil {
		return 0, fmt.Errorf("size of the database: %w", err)
	}
	return size, nil
}
