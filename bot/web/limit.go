package web

import (
	"sync"
	"time"
)

// limits bound how much one browser or one connection may ask for. They are
// wide for a whole class behind one router, and narrow for a script.
type limits struct {
	visitors *limiter // new visitors, per connection
	requests *limiter // what costs more than a page: posts, streams, files, drawings; per connection
	said     *limiter // what one visitor says
	misses   *limiter // codes of trainings that do not exist, per connection
}

func newLimits(now func() time.Time) limits {
	return limits{
		visitors: newLimiter(now, 1, 100),
		requests: newLimiter(now, 20, 200),
		said:     newLimiter(now, 2, 30),
		misses:   newLimiter(now, 0.5, 30),
	}
}

// maxBuckets bounds the memory of a limiter: about a megabyte.
const maxBuckets = 10_000

// A limiter is a token bucket for each of many keys.
type limiter struct {
	rate  float64 // tokens per second
	burst float64 // tokens at the beginning and at most
	now   func() time.Time

	mu      sync.Mutex
	buckets map[string]bucket
}

type bucket struct {
	tokens float64
	at     time.Time // when tokens was right
}

func newLimiter(now func() time.Time, rate, burst float64) *limiter {
	return &limiter{rate: rate, burst: burst, now: now, buckets: map[string]bucket{}}
}

// take takes one token from key's bucket and says whether there was one.
func (l *limiter) take(key string) bool { return l.takes(key, 1) }

// takes takes n tokens from key's bucket, all of them or none, and says which.
func (l *limiter) takes(key string, n float64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.fill(key)
	if b.tokens < n {
		return false
	}
	b.tokens -= n
	if _, known := l.buckets[key]; !known && len(l.buckets) >= maxBuckets {
		l.evict()
	}
	l.buckets[key] = b
	return true
}

// spent says whether key's bucket is empty, and takes nothing.
func (l *limiter) spent(key string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fill(key).tokens < 1
}

func (l *limiter) fill(key string) bucket {
	now := l.now()
	b, known := l.buckets[key]
	if !known {
		return bucket{tokens: l.burst, at: now}
	}
	if since := now.Sub(b.at); since > 0 {
		b.tokens, b.at = min(l.burst, b.tokens+since.Seconds()*l.rate), now
	}
	return b
}

// evict drops the bucket that was not used for longest among a few picked at
// random (as maps are walked): looking at all of them for each newcomer would
// be what an attacker wants.
func (l *limiter) evict() {
	oldest, looked := "", 0
	for key, b := range l.buckets {
		if oldest == "" || b.at.Before(l.buckets[oldest].at) {
			oldest = key
		}
		if looked++; looked == 16 {
			break
		}
	}
	delete(l.buckets, oldest)
}
