package health_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"chihai/bot/health"
)

func ExampleReport() {
	report := health.Look(context.Background(), []health.Check{
		{Name: "store", Look: func(context.Context) health.Finding { return health.Ok("answers") }},
		{Name: "backup", Look: func(context.Context) health.Finding {
			return health.Warn("the last backup is %d days old", 3)
		}},
	})
	fmt.Print(report)
	// Output:
	// ready, with warnings
	// store      ok       answers
	// backup     warning  the last backup is 3 days old
}

func TestState(t *testing.T) {
	for _, tt := range []struct {
		report health.Report
		want   health.State
		says   string
	}{
		{nil, health.Fine, "ready"},
		{health.Report{{"a", health.Ok("x")}, {"b", health.Warn("x")}}, health.Warning, "ready, with warnings"},
		{health.Report{{"a", health.Break("x")}, {"b", health.Warn("x")}}, health.Broken, "not ready: what people say cannot be kept"},
	} {
		if got := tt.report.State(); got != tt.want || tt.report.Verdict() != tt.says {
			t.Errorf("%v is %v, %q; want %v, %q", tt.report, got, tt.report.Verdict(), tt.want, tt.says)
		}
	}
}

// Checks wait side by side, and none for ever.
func TestPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := func(ctx context.Context) health.Finding {
			<-ctx.Done()
			return health.Break("does not answer")
		}
		began := time.Now()
		report := health.Look(t.Context(), []health.Check{{Name: "a", Look: slow}, {Name: "b", Look: slow}})
		if took := time.Since(began); took != 5*time.Second || report.State() != health.Broken {
			t.Errorf("after %v: %v", took, report)
		}
	})
}
