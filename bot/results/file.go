package results

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"time"

	"chihai/bot/export/responses"
	"chihai/flows"
	"chihai/store"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Dataset is r as package responses writes it. ctx bounds all that is read.
func (r *Reading) Dataset(ctx context.Context, zone *time.Location) (*responses.Dataset, error) {
	var tree *store.AreaTree
	err := r.store.View(ctx, func(tx *store.Tx) (err error) { tree, err = tx.Areas(); return err })
	if err != nil {
		return nil, err
	}
	r.Names = r.Campaign.Mode != store.Anonymous
	name := areaNames(tree)
	return &responses.Dataset{
		Name: r.Form.Name, Title: r.Campaign.Title, Forms: r.Forms, Anonymous: r.Campaign.Mode == store.Anonymous, Named: r.Campaign.Mode == store.Named,
		Zone: zone, Made: r.store.Now(),
		Rows: func() iter.Seq2[*responses.Row, error] {
			return func(yield func(*responses.Row, error) bool) {
				out := &responses.Row{}
				for row, err := range r.Rows(ctx, r.Number) {
					if err != nil {
						yield(nil, err)
						return
					}
					*out = responses.Row{
						ID: row.ID, Response: row.Given, Version: row.Version - 1, Submitted: row.Sent, Language: row.Language,
						Channel: row.Channel, Mode: string(row.How), By: row.ByName, Area: name(row.Area), Who: row.Who, Code: row.Code,
					}
					if !yield(out, nil) {
						return
					}
				}
			}
		},
	}, nil
}

// Name is what a file of the responses is called, without its ending.
func (r *Reading) Name() string { return "tra-loi-" + r.Campaign.Code }

// tellTime is after how long whoever waits for a file hears again how far it is.
const tellTime = 3 * time.Second

// File writes the answers to a campaign into a file. It returns a
// [flows.AnswersFileResult].
func (w *Works) File(ctx context.Context, s *store.Store, task store.Task) ([]byte, error) {
	var ask flows.AnswersFileAsk
	if err := json.Unmarshal(task.Data, &ask); err != nil {
		return nil, fmt.Errorf("read the task: %w", err)
	}
	allowed, err := mayRead(ctx, s, task.Member, ask.Campaign)
	if err != nil || !allowed {
		return nothing(err, flows.AnswersFileResult{})
	}
	r, err := Read(ctx, s, ask.Campaign)
	if err != nil {
		return nil, err
	}
	if r.Number == 0 {
		return json.Marshal(flows.AnswersFileResult{})
	}
	d, err := r.Dataset(ctx, w.Zone)
	if err != nil {
		return nil, err
	}
	o := responses.Options{Format: responses.Format(ask.Format), Labels: ask.Labels, Semicolon: ask.Semicolon, Words: w.Catalog.In(ask.Language, "")}
	told := time.Now()
	tell := func(p responses.Progress) {
		if time.Since(told) < tellTime {
			return
		}
		told = time.Now()
		done := (p.Pass-1)*r.Number + p.Rows
		w.tell(ctx, s, task, ask.Key, min(99, 100*done/max(1, p.Passes*r.Number)))
	}
	file := &bounded{most: store.MaxFile}
	err = responses.Write(ctx, file, d, o, tell)
	if errors.Is(err, errTooLarge) {
		return json.Marshal(flows.AnswersFileResult{Rows: r.Number, TooLarge: true})
	}
	if err != nil {
		return nil, err
	}
	ending := responses.Ending(d, o)
	made := flows.AnswersFileResult{Rows: r.Number}
	if made.File, err = keep(ctx, s, task.Member, store.File{Name: r.Name() + "." + ending, Type: mediaType(ending)}, file.Bytes()); err != nil {
		return nil, err
	}
	err = s.Update(ctx, func(tx *store.Tx) error { return tx.Log(task.Member, "export responses", ask.Campaign) })
	if err != nil {
		return nil, err
	}
	return json.Marshal(made)
}

// tell plans that whoever waits for the file hears how far it is. A file is made all
// the same where that fails.
func (w *Works) tell(ctx context.Context, s *store.Store, task store.Task, key string, percent int) {
	data, err := json.Marshal(flows.AnswersFileProgress{Key: key, Percent: percent})
	if err == nil {
		err = s.Update(ctx, func(tx *store.Tx) error {
			return tx.Plan(&store.Due{
				ID: store.AnswersFileKind + "/" + key, At: tx.Now.Truncate(time.Second), Until: tx.Now.Add(time.Hour),
				Job: store.HearJob, Member: task.Member, Flow: task.Flow, Data: jsontext.Value(data),
			})
		})
	}
	if err != nil && ctx.Err() == nil {
		slog.Warn("progress of a file is not told", "task", task.ID, "err", err)
	}
}

// errTooLarge says that a file does not go through a chat.
var errTooLarge = errors.New("file is too large for a chat")

// A bounded file is held in memory up to what a chat takes.
type bounded struct {
	bytes.Buffer
	most int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.most {
		return 0, errTooLarge
	}
	return b.Buffer.Write(p)
}

// mediaType is that of a file by its ending. SPSS and Stata have none of their own
// that is registered.
func mediaType(ending string) string {
	switch ending {
	case "xlsx":
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	case "csv":
		return "text/csv"
	case "json":
		return "application/json"
	case "zip":
		return "application/zip"
	}
	return "application/octet-stream"
}
