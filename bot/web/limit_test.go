package web

import (
	"fmt"
	"testing"
	"time"
)

func TestLimiter(t *testing.T) {
	now := start
	l := newLimiter(func() time.Time { return now }, 2, 3)
	for i, want := range []bool{true, true, true, false, false} {
		if l.spent("a") == want {
			t.Errorf("spent before %d = %v", i, !want)
		}
		if got := l.take("a"); got != want {
			t.Errorf("take %d = %v, want %v", i, got, want)
		}
	}
	if !l.take("b") {
		t.Error("one key takes another's tokens")
	}
	now = now.Add(500 * time.Millisecond)
	if !l.take("a") || l.take("a") {
		t.Error("after half a second there is one token")
	}
	now = now.Add(-time.Hour) // the machine's clock was set back
	if l.take("a") {
		t.Error("a clock that goes back makes tokens")
	}
	now = now.Add(2 * time.Hour)
	for i, want := range []bool{true, true, true, false} {
		if got := l.take("a"); got != want {
			t.Errorf("later, take %d = %v, want %v", i, got, want)
		}
	}
}

func TestLimiterIsBounded(t *testing.T) {
	now := start
	l := newLimiter(func() time.Time { return now }, 1, 1)
	for i := range 2 * maxBuckets {
		now = now.Add(time.Millisecond)
		if !l.take(fmt.Sprint(i)) {
			t.Fatalf("newcomer %d is refused", i)
		}
	}
	if len(l.buckets) > maxBuckets {
		t.Errorf("%d buckets, want at most %d", len(l.buckets), maxBuckets)
	}
}
