package xpath

import (
	"strings"
	"testing"
	"time"
)

// usual is a condition as real forms have them.
const usual = "${age} >= 18 and (${married} = 'yes' or selected(${why}, 'work')) and not(${weight} > 90)"

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(usual); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkParseLongest reads 10,000 characters.
func BenchmarkParseLongest(b *testing.B) {
	source := strings.Repeat(usual+" or ", MaxLength/(len(usual)+4)-1) + "1"
	b.SetBytes(int64(len(source)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(source); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEval(b *testing.B) {
	e, err := Parse(usual)
	if err != nil {
		b.Fatal(err)
	}
	env := &answers{answers: map[string][]string{"age": {"34"}, "married": {"no"}, "why": {"study work"}, "weight": {"51.5"}}, clock: Clock{Now: time.Unix(0, 0)}}
	b.ReportAllocs()
	for b.Loop() {
		if ok, err := e.Boolean(env); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}

func BenchmarkSatisfy(b *testing.B) {
	conditions := conditionsOf(b, usualProof)
	b.ReportAllocs()
	for b.Loop() {
		if proof := Satisfy(knownDomain, conditions...); proof.Verdict != Impossible {
			b.Fatal(proof)
		}
	}
}

// usualProof is a question that is never asked, four questions further on.
const usualProof = "${married} = 'yes' and ${age} >= 15; kids? ${married} = 'yes' and ${age} > 20; ${kids} > 2 and ${age} < 18; selected(${why}, 'work') or ${why} = ''"
