package store

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// BenchmarkDocument measures turning what a turn writes into documents and back,
// without and with keys.
//
//	go test ./store -run '^$' -bench Document
func BenchmarkDocument(b *testing.B) {
	talk := &Conversation{
		Member: "03e6nkxc000004003gshqjvraw",
		Frames: []Frame{{
			Flow: "register", Step: "check", Title: "Nuôi con dưới 36 tháng", Trail: []Visit{{Step: "list"}, {Step: "one"}},
			Notes: map[string]jsontext.Value{"training": jsontext.Value(`"03e6nkxc000004003gshqjvraw"`), "children": jsontext.Value(`0`)},
		}},
		Prompt: &Prompt{
			Token: "03e6nkxc", Contact: "test:1/03e6nkxc000004003gshqjvraw", Step: "register.check",
			Choices: []PromptChoice{{ID: "yes", Key: "register.yes"}, {ID: "change", Key: "register.change"}, {ID: "back", Key: "common.back"}},
		},
		Turns: 12, Last: &LastTap{ID: "yes", Text: "dang ky", Step: "register.one"},
	}
	message := &Message{
		ID: "03e6nkxc000004003gshqjvraw", Contact: "test:1/03e6nkxc000004003gshqjvraw", Member: "03e6nkxc000004003gshqjvraw",
		Channel: "test:1", Address: "7000000001", Layout: Keyboard, Repeat: true,
		Text:    "Tập huấn: Nuôi con dưới 36 tháng\nBắt đầu: 14 giờ, thứ Bảy 05/12/2026\nỞ đâu: Nhà văn hóa xã\nCòn 20 chỗ.",
		Choices: []Choice{{ID: "yes", Label: "Đúng, đăng ký"}, {ID: "change", Label: "Sửa"}, {ID: "back", Label: "Quay lại"}},
	}
	s := newStore(nil, Options{})
	tx := &Tx{store: s}
	for _, sealed := range []bool{false, true} {
		if sealed {
			k := testKeys(b)
			s.keys.Store(k)
			tx.seal = k.seal
		}
		for name, v := range map[string]any{"conversation": talk, "message": message} {
			raw, err := encode(tx, name, "k", v)
			if err != nil {
				b.Fatal(err)
			}
			b.Run(fmt.Sprintf("write/%s/sealed=%t", name, sealed), func(b *testing.B) {
				b.ReportAllocs()
				began := processorTime(b)
				for b.Loop() {
					if _, err := encode(tx, name, "k", v); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(len(raw)), "bytes")
				b.ReportMetric(float64(processorTime(b)-began)/float64(b.N), "cpu-ns/op")
			})
			b.Run(fmt.Sprintf("read/%s/sealed=%t", name, sealed), func(b *testing.B) {
				b.ReportAllocs()
				began := processorTime(b)
				for b.Loop() {
					var err error
					if name == "message" {
						err = decode(tx, name, "k", raw, new(Message))
					} else {
						err = decode(tx, name, "k", raw, new(Conversation))
					}
					if err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(processorTime(b)-began)/float64(b.N), "cpu-ns/op")
			})
		}
	}
}

// processorTime is how long this process has kept processors busy: it says more
// than the clock on a machine that does other things.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
