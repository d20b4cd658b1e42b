package postgres

import (
	"context"
	"strconv"

	"github.com/jackc/pgx/v5"
)

// pages reads a range of a bucket page by page, so that no cursor stays open
// and other questions may be asked between.
type pages struct {
	bucket   string
	from, to string // from <= key < to; to "" means without end
	back     bool   // last first
	begun    bool   // a page was read: from (with back, to) is its last key
	size     int    // rows of the latest page
	over     bool   // there is nothing more
}

// A row is what a page consists of.
type row struct {
	key string
	doc
}

const (
	firstPage = 32
	maxPage   = 1024
	pageBytes = 1 << 20 // pages grow until they hold so much
)

// read returns the next page.
func (p *pages) read(ctx context.Context, conn *pgx.Conn) ([]row, error) {
	sql, args := p.sql()
	rows, err := conn.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return p.collect(rows)
}

// sql is the question for the next page.
func (p *pages) sql() (string, []any) {
	if p.size == 0 {
		p.size = firstPage
	}
	sql, args := "select key, doc, version from "+table(p.bucket)+" where key ", []any{p.from}
	if p.begun && !p.back {
		sql += "> $1"
	} else {
		sql += ">= $1"
	}
	if p.to != "" {
		sql, args = sql+" and key < $2", append(args, p.to)
	}
	sql += " order by key"
	if p.back {
		sql += " desc"
	}
	return sql + " limit " + strconv.Itoa(p.size), args
}

func (p *pages) collect(rows pgx.Rows) ([]row, error) {
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (row, error) {
		var one row
		err := r.Scan(&one.key, &one.value, &one.version)
		return one, err
	})
}

// advance moves p behind rows, the page that was read.
func (p *pages) advance(rows []row) {
	if len(rows) < p.size {
		p.over = true
		return
	}
	p.begun = true
	if last := rows[len(rows)-1].key; p.back {
		p.to = last
	} else {
		p.from = last
	}
	bytes := 0
	for _, r := range rows {
		bytes += len(r.key) + len(r.value)
	}
	if bytes < pageBytes {
		p.size = min(4*p.size, maxPage)
	}
}
