package telegram

import (
	"encoding/json"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"chihai/flows"
)

const token = "7000000001:AAE-secret_Secret0123456789abcdefghij"

// testBot is a bot that logs to log and knows its name.
func testBot(t testing.TB, log *strings.Builder) *Bot {
	t.Helper()
	if log == nil {
		log = new(strings.Builder)
	}
	b, err := New(Config{Token: token, Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	name := "SocTrangBot"
	b.username.Store(&name)
	return b
}

// Parts of the payloads below, as Telegram writes them.
const (
	hoa   = `"from":{"id":777001,"is_bot":false,"first_name":"Hoa","language_code":"vi"},"chat":{"id":777001,"first_name":"Hoa","type":"private"},"date":1764900000`
	group = `"from":{"id":777001,"is_bot":false,"first_name":"Hoa"},"chat":{"id":-1001234567890,"title":"Chi hội 3","type":"supergroup"},"date":1764900000`
	self  = `{"id":7000000001,"is_bot":true,"first_name":"Chị Hai","username":"SocTrangBot"}`
)

var sent = time.Unix(1764900000, 0).UTC()

// updates are payloads in the order in which one bot gets them.
var updates = []struct {
	name   string
	json   string
	silent bool
	want   flows.Input // without ID, Channel, From and At
	chat   string      // From; empty: 777001
}{
	{name: "text",
		json: `{"update_id":1,"message":{"message_id":11,` + hoa + `,"text":"Chào chị Hai"}}`,
		want: flows.Input{Kind: flows.Text, Text: "Chào chị Hai"}},
	{name: "start with payload",
		json: `{"update_id":2,"message":{"message_id":12,` + hoa + `,"text":"/start lop_7","entities":[{"offset":0,"length":6,"type":"bot_command"}]}}`,
		want: flows.Input{Kind: flows.Text, Text: "/start lop_7"}},
	{name: "command with the bot's name",
		json: `{"update_id":3,"message":{"message_id":13,` + hoa + `,"text":"/dangky@SocTrangBot 12","entities":[{"offset":0,"length":19,"type":"bot_command"}]}}`,
		want: flows.Input{Kind: flows.Text, Text: "/dangky 12"}},
	{name: "address is no command",
		json: `{"update_id":4,"message":{"message_id":14,` + hoa + `,"text":"hoa@example.vn"}}`,
		want: flows.Input{Kind: flows.Text, Text: "hoa@example.vn"}},
	{name: "NUL and half a picture",
		json: `{"update_id":5,"message":{"message_id":15,` + hoa + `,"text":"a\u0000b\ud83dc"}}`,
		want: flows.Input{Kind: flows.Text, Text: "ab\ufffdc"}},
	{name: "invalid UTF-8",
		json: `{"update_id":6,"message":{"message_id":16,` + hoa + `,"text":"a` + "\xff" + `b"}}`,
		want: flows.Input{Kind: flows.Text, Text: "a\ufffdb"}},
	{name: "too long",
		json: `{"update_id":7,"message":{"message_id":17,` + hoa + `,"text":"` + strings.Repeat("ộ", 5000) + `"}}`,
		want: flows.Input{Kind: flows.Text, Text: strings.Repeat("ộ", 4096)}},
	{name: "own contact",
		json: `{"update_id":8,"message":{"message_id":18,` + hoa + `,"reply_to_message":{"message_id":10,"from":` + self + `,"chat":{"id":777001,"type":"private"},"date":1764899990,"text":"Số điện thoại?"},"contact":{"phone_number":"84912345678","first_name":"Hoa","user_id":777001}}}`,
		want: flows.Input{Kind: flows.Contact, Phone: "84912345678", Own: true}},
	{name: "contact of another",
		json: `{"update_id":9,"message":{"message_id":19,` + hoa + `,"contact":{"phone_number":"+84 912 000 111","first_name":"Lan","user_id":777002,"vcard":"BEGIN:VCARD"}}}`,
		want: flows.Input{Kind: flows.Contact, Phone: "+84 912 000 111"}},
	{name: "contact without an account",
		json: `{"update_id":10,"message":{"message_id":20,` + hoa + `,"contact":{"phone_number":"0912000111","first_name":"Lan"}}}`,
		want: flows.Input{Kind: flows.Contact, Phone: "0912000111"}},
	{name: "location",
		json: `{"update_id":11,"message":{"message_id":21,` + hoa + `,"location":{"latitude":9.602521,"longitude":105.973904}}}`,
		want: flows.Input{Kind: flows.Location, Place: flows.Place{Latitude: 9.602521, Longitude: 105.973904}}},
	{name: "venue",
		json: `{"update_id":12,"message":{"message_id":22,` + hoa + `,"location":{"latitude":9.6,"longitude":105.9},"venue":{"location":{"latitude":9.61,"longitude":105.91},"title":"UBND xã","address":"Kế Sách"}}}`,
		want: flows.Input{Kind: flows.Location, Place: flows.Place{Latitude: 9.61, Longitude: 105.91}}},
	{name: "live location moves", silent: true,
		json: `{"update_id":13,"edited_message":{"message_id":21,` + hoa + `,"edit_date":1764900060,"location":{"latitude":9.7,"longitude":105.9,"live_period":900}}}`},
	{name: "photo",
		json: `{"update_id":14,"message":{"message_id":23,` + hoa + `,"photo":[{"file_id":"S","file_unique_id":"s","file_size":1200,"width":90,"height":60},{"file_id":"L","file_unique_id":"l","file_size":98000,"width":1280,"height":853},{"file_id":"M","file_unique_id":"m","file_size":21000,"width":320,"height":213}],"caption":"sổ của em"}}`,
		want: flows.Input{Kind: flows.File, File: flows.FileRef{ID: "L", Type: "image/jpeg", Size: 98000}}},
	{name: "album, first",
		json: `{"update_id":15,"message":{"message_id":24,` + hoa + `,"media_group_id":"1357","photo":[{"file_id":"A1","width":90,"height":60}]}}`,
		want: flows.Input{Kind: flows.File, File: flows.FileRef{ID: "A1", Type: "image/jpeg"}, Album: "1357"}},
	{name: "album, second",
		json: `{"update_id":16,"message":{"message_id":25,` + hoa + `,"media_group_id":"1357","photo":[{"file_id":"A2","width":90,"height":60}]}}`,
		want: flows.Input{Kind: flows.File, File: flows.FileRef{ID: "A2", Type: "image/jpeg"}, Album: "1357"}},
	{name: "album with a long id",
		json: `{"update_id":17,"message":{"message_id":26,` + hoa + `,"media_group_id":"` + strings.Repeat("7", 500) + `","photo":[{"file_id":"B1","width":90,"height":60}]}}`,
		want: flows.Input{Kind: flows.File, File: flows.FileRef{ID: "B1", Type: "image/jpeg"}, Album: strings.Repeat("7", 64)}},
	{name: "document",
		json: `{"update_id":18,"message":{"message_id":27,` + hoa + `,"document":{"file_name":"Danh sách.xlsx","mime_type":"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet","file_id":"D","file_unique_id":"d","file_size":9216}}}`,
		want: flows.Input{Kind: flows.File, File: flows.FileRef{ID: "D", Name: "Danh sách.xlsx", Type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Size: 9216}}},
	{name: "voice",
		json: `{"update_id":19,"message":{"message_id":28,` + hoa + `,"voice":{"duration":3,"mime_type":"audio/ogg","file_id":"V","file_unique_id":"v","file_size":12000}}}`,
		want: flows.Input{Kind: flows.File, File: flows.FileRef{ID: "V", Type: "audio/ogg", Size: 12000}}},
	{name: "video note",
		json: `{"update_id":20,"message":{"message_id":29,` + hoa + `,"video_note":{"duration":3,"length":240,"file_id":"N","file_unique_id":"n","file_size":5}}}`,
		want: flows.Input{Kind: flows.File, File: flows.FileRef{ID: "N", Type: "video/mp4", Size: 5}}},
	{name: "animation is also a document",
		json: `{"update_id":21,"message":{"message_id":30,` + hoa + `,"animation":{"file_id":"G","duration":1,"width":1,"height":1},"document":{"file_id":"G","file_name":"a.mp4"}}}`,
		want: flows.Input{Kind: flows.Other, Text: flows.OtherSticker}},
	{name: "sticker",
		json: `{"update_id":22,"message":{"message_id":31,` + hoa + `,"sticker":{"width":512,"height":512,"emoji":"👍","is_animated":false,"type":"regular","file_id":"K","file_size":1}}}`,
		want: flows.Input{Kind: flows.Other, Text: flows.OtherSticker}},
	{name: "poll",
		json: `{"update_id":23,"message":{"message_id":32,` + hoa + `,"poll":{"id":"5","question":"?","options":[{"text":"a","voter_count":0}]}}}`,
		want: flows.Input{Kind: flows.Other, Text: flows.OtherSticker}},
	{name: "a kind of today",
		json: `{"update_id":24,"message":{"message_id":33,` + hoa + `,"checklist":{"title":"x","tasks":[]}}}`,
		want: flows.Input{Kind: flows.Other, Text: flows.OtherLost}},
	{name: "pinned", silent: true,
		json: `{"update_id":25,"message":{"message_id":34,` + hoa + `,"pinned_message":{"message_id":3,"chat":{"id":777001,"type":"private"},"date":1,"text":"x"}}}`},
	{name: "edited",
		json: `{"update_id":26,"edited_message":{"message_id":11,` + hoa + `,"edit_date":1764900000,"text":"Chào"}}`,
		want: flows.Input{Kind: flows.Other, Text: flows.OtherEdited}},
	{name: "from a bot", silent: true,
		json: `{"update_id":27,"message":{"message_id":35,"from":{"id":5,"is_bot":true,"first_name":"X"},"chat":{"id":5,"type":"private"},"date":1764900000,"text":"hi"}}`},
	{name: "tap",
		json: `{"update_id":28,"callback_query":{"id":"4382bfdwdsb323b2d9","from":{"id":777001,"is_bot":false,"first_name":"Hoa"},"message":{"message_id":9,"from":` + self + `,"chat":{"id":777001,"type":"private"},"date":1764800000,"text":"Chọn","reply_markup":{"inline_keyboard":[[{"text":"Có","callback_data":"q7f3:yes"}]]}},"chat_instance":"-3","data":"q7f3:yes"}}`,
		want: flows.Input{Kind: flows.Choice, Tap: flows.Tap{Token: "q7f3", ID: "yes"}}},
	{name: "tap below a message that is gone",
		json: `{"update_id":29,"callback_query":{"id":"1","from":{"id":777001,"is_bot":false,"first_name":"Hoa"},"message":{"message_id":9,"chat":{"id":777001,"type":"private"},"date":0},"chat_instance":"-3","data":"q7f3:a:b"}}`,
		want: flows.Input{Kind: flows.Choice, Tap: flows.Tap{Token: "q7f3", ID: "a:b"}}},
	{name: "tap without a message",
		json: `{"update_id":30,"callback_query":{"id":"1","from":{"id":777001,"is_bot":false,"first_name":"Hoa"},"inline_message_id":"BAA","chat_instance":"-3","data":"q7f3:no"}}`,
		want: flows.Input{Kind: flows.Choice, Tap: flows.Tap{Token: "q7f3", ID: "no"}}},
	{name: "tap of an older bot",
		json: `{"update_id":31,"callback_query":{"id":"1","from":{"id":777001,"is_bot":false,"first_name":"Hoa"},"message":{"message_id":9,"chat":{"id":777001,"type":"private"},"date":1},"data":"register"}}`,
		want: flows.Input{Kind: flows.Choice}},
	{name: "tap on a game",
		json: `{"update_id":32,"callback_query":{"id":"1","from":{"id":777001,"is_bot":false,"first_name":"Hoa"},"message":{"message_id":9,"chat":{"id":777001,"type":"private"},"date":1},"game_short_name":"g"}}`,
		want: flows.Input{Kind: flows.Choice}},
	{name: "tap in a group", silent: true,
		json: `{"update_id":33,"callback_query":{"id":"1","from":{"id":777001,"is_bot":false,"first_name":"Hoa"},"message":{"message_id":9,"chat":{"id":-5,"type":"group"},"date":1},"data":"q:a"}}`},
	{name: "blocked",
		json: `{"update_id":34,"my_chat_member":{"chat":{"id":777001,"first_name":"Hoa","type":"private"},"from":{"id":777001,"is_bot":false,"first_name":"Hoa"},"date":1764900000,"old_chat_member":{"user":` + self + `,"status":"member"},"new_chat_member":{"user":` + self + `,"status":"kicked","until_date":0}}}`,
		want: flows.Input{Kind: flows.Unreachable}},
	{name: "unblocked",
		json: `{"update_id":35,"my_chat_member":{"chat":{"id":777001,"first_name":"Hoa","type":"private"},"from":{"id":777001,"is_bot":false,"first_name":"Hoa"},"date":1764900000,"old_chat_member":{"user":` + self + `,"status":"kicked","until_date":0},"new_chat_member":{"user":` + self + `,"status":"member"}}}`,
		want: flows.Input{Kind: flows.Reachable}},
	{name: "added to a group",
		json: `{"update_id":36,"my_chat_member":{"chat":{"id":-1001234567890,"title":"Chi hội 3","type":"supergroup"},"from":{"id":777001,"is_bot":false,"first_name":"Hoa"},"date":1764900000,"old_chat_member":{"user":` + self + `,"status":"left"},"new_chat_member":{"user":` + self + `,"status":"member"}}}`,
		want: flows.Input{Kind: flows.Other, Text: flows.OtherGroup}, chat: "-1001234567890"},
	{name: "made an administrator", silent: true,
		json: `{"update_id":37,"my_chat_member":{"chat":{"id":-1001234567890,"type":"supergroup"},"from":{"id":777001,"is_bot":false,"first_name":"Hoa"},"date":1764900000,"old_chat_member":{"user":` + self + `,"status":"member"},"new_chat_member":{"user":` + self + `,"status":"administrator"}}}`},
	{name: "thrown out of a group", silent: true,
		json: `{"update_id":38,"my_chat_member":{"chat":{"id":-1001234567890,"type":"supergroup"},"from":{"id":777001,"is_bot":false,"first_name":"Hoa"},"date":1764900000,"old_chat_member":{"user":` + self + `,"status":"member"},"new_chat_member":{"user":` + self + `,"status":"kicked"}}}`},
	{name: "talk in a group", silent: true,
		json: `{"update_id":39,"message":{"message_id":36,` + group + `,"text":"mai họp nha"}}`},
	{name: "command in a group",
		json: `{"update_id":40,"message":{"message_id":37,` + group + `,"text":"/dangky@soctrangbot","entities":[{"offset":0,"length":19,"type":"bot_command"}]}}`,
		want: flows.Input{Kind: flows.Other, Text: flows.OtherGroup}, chat: "-1001234567890"},
	{name: "command for another bot", silent: true,
		json: `{"update_id":41,"message":{"message_id":38,` + group + `,"text":"/dangky@OtherBot","entities":[{"offset":0,"length":16,"type":"bot_command"}]}}`},
	{name: "mention in a group",
		json: `{"update_id":42,"message":{"message_id":39,` + group + `,"text":"👩‍🌾 hỏi @SocTrangBot đi","entities":[{"offset":10,"length":12,"type":"mention"}]}}`,
		want: flows.Input{Kind: flows.Other, Text: flows.OtherGroup}, chat: "-1001234567890"},
	{name: "mention of another", silent: true,
		json: `{"update_id":43,"message":{"message_id":40,` + group + `,"text":"hỏi @Lan_Tran_99 đi","entities":[{"offset":4,"length":12,"type":"mention"}]}}`},
	{name: "mention beyond the text", silent: true,
		json: `{"update_id":44,"message":{"message_id":41,` + group + `,"text":"x","entities":[{"offset":-4,"length":9223372036854775807,"type":"mention"},{"offset":99,"length":-5,"type":"bot_command"}]}}`},
	{name: "kind that was not asked for", silent: true,
		json: `{"update_id":45,"message_reaction":{"chat":{"id":777001,"type":"private"},"message_id":1}}`},
	{name: "message without a chat", silent: true,
		json: `{"update_id":46,"message":{"message_id":41,"text":"x"}}`},
	{name: "nothing", silent: true, json: `{"update_id":47}`},
}

func TestUpdate(t *testing.T) {
	b := testBot(t, nil)
	for _, tt := range updates {
		t.Run(tt.name, func(t *testing.T) {
			got := b.read(json.RawMessage(tt.json))
			if got.silent != tt.silent {
				t.Fatalf("silent = %v, want %v", got.silent, tt.silent)
			}
			if tt.silent {
				if got.in.Kind != "" {
					t.Errorf("a silent update has the input %+v", got.in)
				}
				return
			}
			want := tt.want
			want.ID = b.inputID(got.id)
			want.Channel = "telegram:7000000001"
			want.From = tt.chat
			if want.From == "" {
				want.From = "777001"
			}
			want.At = sent
			if want.Kind == flows.Choice { // which has no time of its own
				if got.in.At.IsZero() {
					t.Error("a tap has no time")
				}
				want.At = got.in.At
			}
			if !reflect.DeepEqual(got.in, want) {
				t.Errorf("input = %+v\nwant    %+v", got.in, want)
			}
		})
	}
}

func TestTapIsAnswered(t *testing.T) {
	b := testBot(t, nil)
	it := b.read(json.RawMessage(`{"update_id":33,"callback_query":{"id":"991","from":{"id":1,"is_bot":false},"message":{"chat":{"id":-5,"type":"group"}},"data":"q:a"}}`))
	if it.tap != "991" {
		t.Errorf("tap = %q, want the id of the query, in a group too", it.tap)
	}
}

// The log says which update and what kind of error, not what stood in it.
func TestUnreadable(t *testing.T) {
	for _, tt := range []struct{ name, json, log string }{
		{"wrong kind of value", `{"update_id":5,"message":{"chat":{"id":"Nguyễn Thị Bí Mật","type":"private"}}}`, "unexpected value in message.chat.id"},
		{"number too large", `{"update_id":6,"message":{"chat":{"id":123456789012345678901234567890}}}`, "unexpected value in message.chat.id"},
		{"list", `["Bí Mật"]`, "unexpected value in"},
		{"no id", `{"message":{"text":"Bí Mật"}}`, "no update_id"},
		{"cut off", `{"update_id":7,"message":{"text":"Bí Mật`, "not JSON at byte"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var log strings.Builder
			it := testBot(t, &log).read(json.RawMessage(tt.json))
			if !it.silent {
				t.Error("it is handed over")
			}
			if !strings.Contains(log.String(), tt.log) {
				t.Errorf("log %q does not say %q", log.String(), tt.log)
			}
			for _, secret := range []string{"Mật", "123456789012"} {
				if strings.Contains(log.String(), secret) {
					t.Errorf("log %q says what stood in the update", log.String())
				}
			}
		})
	}
}

func TestRecentForgets(t *testing.T) {
	r := newRecent[int, int](time.Minute, 10)
	for i := range 1000 {
		r.put(i, i)
	}
	if n := len(r.young) + len(r.old); n > 20 {
		t.Errorf("%d entries are kept, want at most 20", n)
	}
	if _, ok := r.get(999); !ok {
		t.Error("the newest entry is gone")
	}
}

// FuzzUpdate holds that no update of whatever content makes the bot panic, and
// that what it makes of one keeps the promises of flows.Input.
func FuzzUpdate(f *testing.F) {
	b := testBot(f, nil)
	b.log = slog.New(slog.DiscardHandler)
	f.Fuzz(func(t *testing.T, data []byte) {
		it := b.read(json.RawMessage(data))
		if it.silent {
			return
		}
		in := it.in
		if in.ID == "" || len(in.ID) > 200 || in.Channel == "" || in.From == "" || in.Kind == "" || in.At.IsZero() {
			t.Errorf("input without what every input has: %+v", in)
		}
		for _, s := range []string{in.Text, in.Phone, in.Tap.Token, in.Tap.ID, in.File.Name, in.File.Type} {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) || utf8.RuneCountInString(s) > flows.MaxText {
				t.Errorf("input has a bad text: %q", s)
			}
		}
	})
}

// A date that no clock can mean is not known, so that it spoils neither the
// turn nor the order of things.
func TestAt(t *testing.T) {
	now := time.Now().Unix()
	for _, seconds := range []int64{-1, 0, now + 25*60*60, 253402300800, 1 << 40, 1<<63 - 1} {
		if got := at(seconds); !got.IsZero() {
			t.Errorf("at(%d) = %v, want none", seconds, got)
		}
	}
	for _, seconds := range []int64{1, 1764900000, now, now + 23*60*60} {
		if got := at(seconds); got.Unix() != seconds || got.Location() != time.UTC {
			t.Errorf("at(%d) = %v", seconds, got)
		}
	}
	in := testBot(t, nil).read([]byte(`{"update_id":1,"message":{"chat":{"id":5,"type":"private"},"date":253402300800,"text":"a"}}`)).in
	if d := time.Since(in.At); d < 0 || d > time.Minute {
		t.Errorf("an input of the year 10000 has the time %v", in.At)
	}
}
