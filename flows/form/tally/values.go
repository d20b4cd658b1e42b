package tally

import (
	"maps"
	"math"
	"slices"
)

// mostValues is how many different numbers are kept apart. Beyond, neighbours count together.
const mostValues = 4_096

// mostNumber is what larger ones count as; sums stay finite, and no honest answer comes near it.
const mostNumber = 1e15

// classCount is how many classes numbers are shown in, at most.
const classCount = 8

// values are numbers, counted. What they hold does not depend on the order in which they came.
type values struct {
	width float64            // of a bucket; 0: every value has its own
	at    map[float64]bucket // by its lower end
	n     int
	sum   float64
	most  float64 // the largest without its sign
}

// A bucket is the numbers that count together.
type bucket struct {
	n      int
	people int // that gave one of them, at least
	last   int // response that counted last in people
}

// add counts a number of the response serial.
func (v *values) add(x float64, serial int) {
	if v.at == nil {
		v.at = map[float64]bucket{}
	}
	x = max(-mostNumber, min(mostNumber, x))
	v.n++
	v.sum += x
	v.most = max(v.most, math.Abs(x))
	at := v.bucket(x)
	b := v.at[at]
	b.n++
	if b.last != serial {
		b.last = serial
		b.people++
	}
	v.at[at] = b
	for len(v.at) > mostValues {
		v.coarsen()
	}
}

// bucket is the lower end of the one in which x falls.
func (v *values) bucket(x float64) float64 {
	if v.width == 0 {
		return x
	}
	return math.Floor(x/v.width) * v.width
}

// coarsen makes buckets twice as wide; of powers of two, so that they nest.
func (v *values) coarsen() {
	if v.width == 0 {
		v.width = math.Exp2(-20)
	} else {
		v.width *= 2
	}
	old := v.at
	v.at = make(map[float64]bucket, len(old))
	for x, b := range old {
		at := v.bucket(x)
		c := v.at[at]
		v.at[at] = bucket{b.n + c.n, max(b.people, c.people), max(b.last, c.last)} // the same people may be in both
	}
}

// quantile is the smallest value at or below which at least this share of all lies.
func (v *values) quantile(sorted []float64, share float64) float64 {
	need, n := share*float64(v.n), 0
	for _, x := range sorted {
		if n += v.at[x].n; float64(n) >= need {
			return x
		}
	}
	return 0
}

// step is the width of a class: one, two or five times a power of ten, so that six or seven of them hold the
// middle nine tenths of the values. What is smaller or larger falls into the first and the last, which are
// open: they do not tell the smallest or the largest number that somebody gave.
func (v *values) step(sorted []float64) (low, high, step float64) {
	low, high = v.quantile(sorted, 0.05), v.quantile(sorted, 0.95)
	step = nice((high - low) / (classCount - 2))
	if whole(sorted) {
		step = max(step, 1)
	}
	return math.Floor(low/step) * step, math.Floor(high/step) * step, step
}

// nice is the next of 1, 2, 5, 10, … times a power of ten.
func nice(x float64) float64 {
	if x <= 0 || math.IsInf(x, 0) || math.IsNaN(x) {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(x)))
	for _, f := range []float64{1, 2, 5} {
		if x <= f*power*(1+1e-9) {
			return f * power
		}
	}
	return 10 * power
}

func whole(sorted []float64) bool {
	for _, x := range sorted {
		if x != math.Trunc(x) {
			return false
		}
	}
	return true
}

func (v *values) classes() []bin {
	if v.n == 0 {
		return nil
	}
	sorted := slices.Sorted(maps.Keys(v.at))
	low, high, step := v.step(sorted)
	count := max(1, min(classCount, int(math.Round((high-low)/step))+1))
	all := make([]bin, count)
	for i := range all {
		all[i].low, all[i].high = low+float64(i)*step, low+float64(i+1)*step
		all[i].name = decimal(all[i].low)
	}
	all[0].low, all[count-1].high = math.Inf(-1), math.Inf(1)
	for _, x := range sorted {
		i := slices.IndexFunc(all, func(b bin) bool { return x < b.high })
		if i < 0 {
			i = count - 1
		}
		all[i].count += v.at[x].n
		all[i].people = max(all[i].people, v.at[x].people)
	}
	return all
}

// summaryBase is how many people must have given a number before a mean is said.
const summaryBase = 20

// summary is the mean and the median, to a tenth of a class. It is not said where one number makes more
// than a fifth of the sum: who knows the mean would know that one.
func (v *values) summary() (mean, median float64, ok bool) {
	if v.n < summaryBase {
		return 0, 0, false
	}
	sorted := slices.Sorted(maps.Keys(v.at))
	_, _, step := v.step(sorted)
	whole := 0.0
	for x, b := range v.at {
		whole += math.Abs(x) * float64(b.n)
	}
	if v.most > whole/5 && v.most > 0 {
		return 0, 0, false
	}
	round := func(x float64) float64 { return math.Round(x/step*10) * step / 10 }
	return round(v.sum / float64(v.n)), round(v.quantile(sorted, 0.5)), true
}
