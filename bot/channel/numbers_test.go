package channel

import (
	"testing"

	"chihai/store"
)

func TestNumbered(t *testing.T) {
	yes := store.Choice{ID: "yes", Label: "Có"}
	no := store.Choice{ID: "no", Label: "Không"}
	page := store.Choice{ID: "open", Label: "Mở trang", Kind: store.Link, URL: "https://chihai.example/e/7K2M4Q"}
	share := store.Choice{ID: "share", Label: "Gửi số điện thoại", Kind: store.Phone}
	for _, tt := range []struct {
		name string
		m    store.Message
		want string
	}{
		{"nothing", store.Message{}, ""},
		{"text", store.Message{Text: "Chào chị!"}, "Chào chị!"},
		{"choices", store.Message{Text: "Đúng chưa ạ?", Choices: []store.Choice{yes, no}}, "Đúng chưa ạ?\n\n1. Có\n2. Không"},
		{"choices alone", store.Message{Choices: []store.Choice{yes, no}}, "1. Có\n2. Không"},
		{"free text", store.Message{Text: "Tên gì ạ?", Free: true, Choices: []store.Choice{yes, no}}, "Tên gì ạ?\n\n#1 Có\n#2 Không"},
		{"choices that stand in the text", store.Message{Text: "1. Xã A\n2. Xã B", Choices: []store.Choice{{Label: "1"}, {Label: "2"}, no}}, "1. Xã A\n2. Xã B\n\n3. Không"},
		{"a link takes no number", store.Message{Text: "Xong.", Choices: []store.Choice{yes, page, no}},
			"Xong.\n\n1. Có\nMở trang: https://chihai.example/e/7K2M4Q\n2. Không"},
		{"a phone takes one and is not shown", store.Message{Text: "Số của chị?", Free: true, Choices: []store.Choice{share, no}}, "Số của chị?\n\n#2 Không"},
		{"a phone alone", store.Message{Text: "Số của chị?", Choices: []store.Choice{share}}, "Số của chị?"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Numbered(tt.m); got != tt.want {
				t.Errorf("Numbered = %q, want %q", got, tt.want)
			}
		})
	}
}
