package form

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// findingTests are small forms with what is found in them, each as place and code. Errors of Open
// stand in workbook_test.go.
var findingTests = []struct {
	md   string
	want string
}{
	{`| surwey |
	  | | type | name | label |
	  | choices |
	  | | list_name | name | label |`, ` sheet_missing; surwey sheet_misspelt`},
	{`| survey |
	  | | kind | name | label |
	  | | text | a    | A     |`, `survey!1 header_missing`},
	{`| survey |
	  | | type | name | caption | label | label |
	  | | text | a    | A       | B     | C     |`, `survey!D1 header_alias; survey!E1 header_twice`},
	{`| survey |
	  | | type | name | label | my note: x |
	  | | text | a    | A     | y          |
	  | settings |
	  | | form_id | id_string | public_key | omit_instanceID | name |
	  | | a       | b         | k          | yes             | 1 a  |`, `settings!B1 setting_twice; settings!E2 name_invalid; settings!C2 instance_id_needed; settings!C2 setting_ignored`},
	{`| survey |
	  | | type | name | label | disabled |
	  | |      |      |       | x        |
	  | |      | b    | B     |          |
	  | | text |      | C     |          |
	  | | texxt | d   | D     |          |
	  | | text | 1 e  | E     |          |
	  | | text | meta | F     |          |
	  | | text | g    | G     |          |
	  | | text | g    | G     |          |
	  | | text | G    | G     |          |
	  | | text | h    |       |          |
	  | | text | i    | I     | yes      |`, `survey!D2 row_disabled; survey!A2 row_comment; survey!A3 type_missing; survey!B4 name_missing; survey!A5 type_unknown; survey!B6 name_invalid; survey!B7 name_reserved; survey!B9 name_twice; survey!B10 name_case; survey!C11 label_missing; survey!D12 row_disabled`},
	{`| survey |
	  | | type         | name | label | big-image | calculation |
	  | | begin repeat | data | A     |           |             |
	  | | begin repeat | r    |       |           |             |
	  | | text         | b    | B     | b.png     |             |
	  | | calculate    | c    |       |           |             |
	  | | end repeat   |      |       |           |             |
	  | | begin repeat | r    | D     |           |             |
	  | | end group    |      |       |           |             |`, `survey!2 begin_unmatched; survey!B2 repeat_name_root; survey!C3 group_label_missing; survey!D4 big_image_alone; survey!E5 calculation_missing; survey!7 begin_unmatched; survey!B7 name_twice; survey!B7 repeat_name_twice; survey!A8 end_unmatched`},
	{`| survey |
	  | | type                | name | label | trigger | calculation | parameters |
	  | | simserial           | a    |       |         |             |            |
	  | | background-geopoint | b    |       |         | 1           |            |
	  | | audit               | c    |       |         |             | location-priority=balanced |
	  | | text                | d    | D     | ${e}    |             |            |
	  | | calculate           | e    |       |         | 1           |            |
	  | | text                | f    | F     | ${d}${e} |            |            |`, `survey!A2 device_old; survey!D3 background_trigger; survey!E3 background_calculation; survey!B4 audit_name; survey!F4 audit_location; survey!D5 trigger_unseen; survey!D7 reference_list; survey!D7 trigger_unseen`},
	{`| survey |
	  | | type            | name | label | save_to |
	  | | begin loop      | a    | A     |         |
	  | | text            | b    | B     | p       |
	  | | end loop        |      |       |         |
	  | | begin loop over x | c  | C     |         |
	  | | end loop        |      |       |         |
	  | entities |
	  | | list_name | label |
	  | | t         | x     |`, `survey!A2 loop_without_list; survey!D3 save_to_ignored; survey!A5 list_unknown; entities entities_ignored`},
	{`| survey |
	  | | type | name | label | save_to | relevant |
	  | | text | a    | Chào ${ten | p | ${aa} = 1 |
	  | | text | aaa  | B     |         | ${c} = 1 and ${zebra} = 2 |
	  | | begin group | g1 | G |        |          |
	  | | text | c    | C     |         |          |
	  | | end group | | |               |          |
	  | | begin group | g2 | G |        |          |
	  | | text | c    | C     |         |          |
	  | | end group | | |               |          |`, `survey!C2 reference_invalid; survey!D2 save_to_alone; survey!E2 reference_misspelt; survey!E3 reference_ambiguous; survey!E3 reference_unknown`},
	{`| survey |
	  | | type         | name | label |
	  | | csv-external | xa   |       |
	  | | begin group  | g    | G     |
	  | | csv-external | xa   |       |
	  | | end group    |      |       |
	  | | select_one_from_file xa.xml | b | B |`, `survey!B4 source_twice; survey!A6 source_clash`},
	{`| survey |
	  | | type                         | name | label | media::smell | appearance |
	  | | select_one_from_file ap.csv  | a    | A     | rose         | search('x') |
	  | | select_one yn                | b    | B     |              | quick search('x') |
	  | | select_multiple yn           | c    | C     |              |             |
	  | choices |
	  | | list_name | name | label |
	  | | yn        | y    | Y     |`, `survey!D2 media_unknown; survey!E2 search_file; survey!E3 search_shared`},
	{`| survey |
	  | | type       | name | label |
	  | | select_one | a    | A     |
	  | | select_one yes no | b | B |
	  | | select_one yn | c | C     |
	  | | select_one_external yn | d | D |
	  | | select_one_from_file yn | e | E |
	  | | select_multiple ${zebra} or_other | f | F |`, `survey!A2 select_without_list; survey!A3 select_malformed; survey!A4 choices_missing; survey!5 external_unfiltered; survey!A5 external_missing; survey!A6 file_ending; survey!A7 other_without_choices; survey!A7 reference_unknown`},
	{`| survey |
	  | | type               | name | label::Tiếng Chăm (cjm) | choice_filter | appearance | parameters |
	  | | select_multiple yn | a    | A     |          |       |       |
	  | | select_one ynn     | b    | B     |          |       |       |
	  | | select_one yn or_other | c | C    | x = 1    |       |       |
	  | | select_one yn or_other | d | D    |          |       |       |
	  | | begin group        | g    | G     |          | table-list |  |
	  | | select_one yn      | e    | E     | x = 1    |       |       |
	  | | select_one zz      | f    | F     |          |       |       |
	  | | end group          |      |       |          |       |       |
	  | | select_one yn      | h    | H     |          |       | randomize=maybe seed=1 top=2 |
	  | | select_one yn      | i    | I     |          |       | seed=x |
	  | | text               | j    | J     |          |       | rows   |
	  | choices |
	  | | list_name | name | label | my note |
	  | | yn        | y    | Có    | a       |
	  | | yn        | y    | Có    | b       |
	  | | yn        | n n  |       | c       |
	  | | yn        |      | Không | d       |
	  | | zz        | z    | Z     |         |`, `survey!A3 list_misspelt; survey!D4 other_filtered; survey!A4 other_untranslated; survey!A5 other_untranslated; survey!D7 table_filtered; survey!A8 table_lists; survey!F10 parameter_unknown; survey!F10 parameter_value; survey!F11 parameter_value; survey!F11 seed_alone; survey!F12 parameters_invalid; choices!D1 header_spaces; choices!B3 choice_twice; choices!C4 choice_label_missing; choices!B4 choice_spaces; choices!B5 choice_name_missing`},
	{`| survey |
	  | | type  | name | label | appearance | parameters |
	  | | range | a    | A     | rating     | placeholder=2 |
	  | | range | b    | B     |            | step=0 |
	  | | range | c    | C     |            | end=3 step=5 |
	  | | range | d    | D     |            | step=2 tick_interval=3 placeholder=20 |
	  | | range | e    | E     |            | tick_labelset=x |
	  | | range | f    | F     |            | tick_labelset=y |
	  | | range | g    | G     |            | step=2 tick_labelset=z |
	  | | range | h    | H     | no-ticks   | tick_labelset=z |
	  | choices |
	  | | list_name | name | label |
	  | | x         | a    | A     |
	  | | y         | 11   | B     |
	  | | z         | 1    | B     |
	  | | z         | 2    | C     |`, `survey!D2 range_appearance; survey!E3 range_zero; survey!E4 range_wide; survey!E5 range_multiple; survey!E5 range_multiple; survey!E5 range_outside; survey!E9 range_tick_ends; choices!B2 range_tick_number; choices!B3 range_tick_outside; choices!B5 range_tick_step`},
}

// entityTests are forms with lists that forms share.
var entityTests = []struct {
	md   string
	want string
}{
	{`| survey |
	  | | type        | name | label | save_to  |
	  | | begin group | g    | G     | x        |
	  | | text        | a    | A     | t#x#y    |
	  | | text        | b    | B     | x        |
	  | | text        | c    | C     | z#x      |
	  | | text        | d    | D     | t#label  |
	  | | text        | e    | E     | t#x      |
	  | | text        | f    | F     | t#x      |
	  | | end group   |      |       |          |
	  | entities |
	  | | list_name | label | create_if | update_if | entity_id | what |
	  | | t         | T     |           |           |           | x    |
	  | | t         | T     |           |           |           |      |
	  | | t.u       |       |           |           |           |      |
	  | |           | T     | 1         |           | 1         |      |
	  | | v         | T     |           | 1         |           |      |`, `survey!D2 save_to_group; survey!D3 save_to_malformed; survey!D4 save_to_prefix; survey!D5 save_to_unknown; survey!D6 save_to_name; survey!D7 save_to_ignored; survey!D8 save_to_twice; entities entities_ignored; entities!F2 entity_column; entities!A3 entity_twice; entities!A4 entity_name; entities!B4 entity_label_missing; entities!A5 entity_name_missing; entities!D5 entity_update_missing; entities!E6 entity_id_missing`},
	{`| survey |
	  | | type         | name | label | save_to |
	  | | text         | a    | A     | t#a     |
	  | | begin repeat | r    | R     |         |
	  | | text         | b    | B     | t#b     |
	  | | end repeat   |      |       |         |
	  | | begin repeat | s    | S     |         |
	  | | text         | c    | C     |         |
	  | | end repeat   |      |       |         |
	  | entities |
	  | | list_name | label       |
	  | | t         | ${a}        |
	  | | u         | ${b} + ${c} |`, `survey!D2 save_to_ignored; survey!D4 save_to_ignored; survey!D4 entity_apart; entities entities_ignored; entities!B3 entity_apart`},
}

// TestFindings: every mistake is found where it stands, and nothing else is.
func TestFindings(t *testing.T) {
	for i, tt := range slices.Concat(findingTests, entityTests) {
		_, found := Read(markdown("", tt.md))
		if got, want := places(found), parted(tt.want); !slices.Equal(got, want) {
			t.Errorf("%d: found\n %s\nwant\n %s", i, strings.Join(got, "; "), strings.Join(want, "; "))
		}
	}
}

// lintTests are small forms with what Lint finds in them.
var lintTests = []struct {
	md   string
	want string
}{
	{`| survey |
	  | | type | name | label::Tiếng Việt | label::English (en) | hint::English (en) |
	  | | text | a    | Chị tên gì?       | Name?               | Hint               |
	  | | text | b    | Bao nhiêu tuổi?   |                     |                    |
	  | | select_one yn | c | Có không?   | So?                 |                    |
	  | choices |
	  | | list_name | name | label | label::English (en) |
	  | | yn        | y    | Có    | Yes                 |
	  | | yn        | n    | Không | No                  |`, `survey!1 language_column_missing; survey!D3 translation_missing; choices!C1 language_unnamed; choices!1 language_column_missing`},
	{`| survey |
	  | | type | name | label |
	  | | note | a    | Xin chào |`, `survey form_empty`},
	{`| survey |
	  | | type | name | label::Tiếng Lạ | label |
	  | | text | a    | Chị tên gì?     | Name? |`, `survey!1 language_without_code; survey!D1 language_unnamed`},
	{`| survey |
	  | | type | name | label |
	  | | select_one a | a1 | A |
	  | | select_one b | b1 | B |
	  | choices |
	  | | list_name | name  | label |
	  | | a         | co    | Có    |
	  | | a         | c 2   | CO    |
	  | | a         | dai   | Một câu trả lời rất dài mà nút bấm không hiện hết |
	  | | b         | mot   | Một   |
	  | | c         | x     | X     |`, `survey!A3 list_of_one; choices!C3 choice_same_label; choices!B3 choice_spaced; choices!C4 choice_long; choices!A6 list_unused`},
	{`| survey |
	  | | type | name | label |
	  | | text | _a   | A     |
	  | | text | a-b  | A     |
	  | | text | mot_cai_ten_dai_hon_ba_muoi_hai_chu | A |
	  | | text | And  | A     |
	  | | begin group | g1 | G |
	  | | text | tuoi | A     |
	  | | end group | | |
	  | | begin group | g2 | G |
	  | | text | Tuoi | A     |
	  | | end group | | |`, `survey!B2 name_spss; survey!B3 name_spss; survey!B4 name_long; survey!B5 name_word; survey!B10 name_again`},
	{`| survey |
	  | | type      | name | label | relevant | calculation |
	  | | text      | a    | A     | ${b} = 1 |             |
	  | | text      | b    | B     | ${a} = 1 |             |
	  | | text      | c    | C     | ${e} = 1 |             |
	  | | text      | d    | D     |          |             |
	  | | calculate | e    |       |          | ${d} + 1    |
	  | | text      | f    | ${e}  | ${d} = 1 |             |
	  | | begin group | g  | G     | ${h} = 1 |             |
	  | | text      | h    | H     |          |             |
	  | | end group |      |       |          |             |
	  | | calculate | i    |       |          | ${i} + 1    |`, `survey!D2 circular; survey!D2 forward_reference; survey!D4 forward_reference; survey!D8 circular; survey!D8 forward_reference; survey!E11 circular`},
	{`| survey |
	  | | type         | name | label | appearance | calculation | intent |
	  | | geotrace     | a    | A     |            |             |        |
	  | | image        | b    | B     | signature  |             |        |
	  | | barcode      | c    | C     |            |             |        |
	  | | background-audio | d |      |            |             |        |
	  | | audit        |      |       |            |             |        |
	  | | csv-external | xa   |       |            |             |        |
	  | | deviceid     | e    |       |            |             |        |
	  | | select_one_from_file ap.csv | f | F | map |             |        |
	  | | geopoint     | g    | G     | placement-map |          |        |
	  | | calculate    | h    |       |            | ${last-saved#c} | |
	  | | calculate    | i    |       |            | pulldata('xa', 'a', 'b', ${c}) | |
	  | | text         | j    | J     | search('x') |            |        |
	  | | text         | k    | K     | ex:org.app |             |        |
	  | | begin repeat | l    | L     |            |             |        |
	  | | begin repeat | m    | M     |            |             |        |
	  | | text         | n    | N     |            |             |        |
	  | | end repeat   |      |       |            |             |        |
	  | | end repeat   |      |       |            |             |        |`, `survey!A2 chat_map; survey!D3 chat_drawing; survey!A4 chat_barcode; survey!A5 chat_background; survey!A6 chat_audit; survey!A7 chat_data; survey!A8 chat_device; survey!A9 chat_file; survey!D9 chat_map_choice; survey!D10 chat_place; survey!E11 expression_lastsaved; survey!E12 chat_pulldata; survey!D13 chat_search; survey!D14 chat_app; survey!A16 repeat_in_repeat`},
}

// expressionTests are forms whose expressions are wrong, with what Lint finds.
var expressionTests = []struct {
	md   string
	want string
}{
	{`| survey |
	  | | type    | name | label | relevant | constraint |
	  | | text    | a    | A     |          |            |
	  | | integer | b    | B     | (${a} = 1 | . ≥ 5     |
	  | | integer | c    | C     | selekted(${a}, 1) | zzzzzzz(1) |
	  | | integer | d    | D     | ../zebra = 1 | a > 5  |
	  | | integer | e    | E     | count(1, 2) = 1 and area(${a}) > 1 | regex(., '(') |
	  | | begin repeat | r | R  |          |            |
	  | | text    | f    | F     | ${a} == 1 |           |
	  | | end repeat | |         |          |            |`, `survey!D3 expression_unclosed; survey!E3 expression_operator; survey!D4 expression_function_misspelt; survey!E4 expression_function; survey!D5 expression_name; survey!E5 expression_bare_name; survey!D6 expression_arguments; survey!D6 expression_scope; survey!E6 expression_regex; survey!D8 expression_operator`},
	{`| survey |
	  | | type               | name | label | relevant           | choice_filter |
	  | | select_one xa      | a    | A     |                    |               |
	  | | select_one ap      | b    | B     |                    | xa = ${a}     |
	  | | select_one ap      | c    | C     |                    | xã = ${a}     |
	  | | text               | d    | D     | ${a} = 'zz'        |               |
	  | | text               | e    | E     | selected(${a}, 'X1') |             |
	  | | text               | f    | F     | ${a} = 1 or ${a} = '' |            |
	  | | select_multiple xa | g    | G     |                    |               |
	  | | text               | h    | H     | ${g} = 'x1'        |               |
	  | | text               | i    | I     | ${b} = instance('ap')/root/item[xa = '1']/name | |
	  | choices |
	  | | list_name | name | label | xa |
	  | | xa        | x1   | X1    |    |
	  | | xa        | x2   | X2    |    |
	  | | xa        | 01   | X4    |    |
	  | | ap        | a1   | A1    | x1 |
	  | | ap        | a2   | A2    | x2 |`, `survey!E4 choice_column_unknown; survey!D5 choice_unknown; survey!D5 unreachable; survey!D6 choice_misspelt; survey!D6 unreachable; survey!D9 equal_multiple`},
	{`| survey |
	  | | type          | name | label | required | relevant                    | constraint |
	  | | integer       | tuoi | A     | yes      |                             | . > 10 and . < 5 |
	  | | select_one yn | con  | B     | yes      | ${tuoi} >= 18               |            |
	  | | text          | c    | C     |          | ${con} = 'co' and ${tuoi} < 18 |         |
	  | | begin group   | g    | G     |          | ${con} = 'co' and ${con} = 'khong' |     |
	  | | text          | d    | D     |          | ${con} = 'co'               | false()    |
	  | | end group     |      |       |          |                             |            |
	  | | begin repeat  | r    | R     |          |                             |            |
	  | | integer       | e    | E     |          |                             |            |
	  | | text          | f    | F     |          | ${e} > 1 and ${e} < 2       |            |
	  | | end repeat    |      |       |          |                             |            |
	  | | text          | h    | H     |          | ${e} > 1 and ${e} < 2       |            |
	  | | text          | i    | I     |          |                             | . = ''     |
	  | choices |
	  | | list_name | name  | label |
	  | | yn        | co    | Có    |
	  | | yn        | khong | Không |`, `survey!F2 constraint_impossible; survey!E4 unreachable; survey!E5 unreachable; survey!E10 unreachable; survey!F13 constraint_impossible`},
}

// TestLintExpressions: mistakes in expressions are found where they stand; what cannot be proved is not
// claimed, such as of answers that a repeat gives several times.
func TestLintExpressions(t *testing.T) {
	for i, tt := range expressionTests {
		f, found := Read(markdown("", tt.md))
		if f == nil || Broken(found) {
			t.Errorf("%d: %v", i, found)
			continue
		}
		if got, want := places(Lint(f)), parted(tt.want); !slices.Equal(got, want) {
			t.Errorf("%d: found\n %s\nwant\n %s", i, strings.Join(got, "; "), strings.Join(want, "; "))
		}
	}
}

// TestLint: what people would stumble over is found where it stands, and nothing else is.
func TestLint(t *testing.T) {
	for i, tt := range lintTests {
		f, found := Read(markdown("", tt.md))
		if f == nil || Broken(found) {
			t.Errorf("%d: %v", i, found)
			continue
		}
		if got, want := places(Lint(f)), parted(tt.want); !slices.Equal(got, want) {
			t.Errorf("%d: found\n %s\nwant\n %s", i, strings.Join(got, "; "), strings.Join(want, "; "))
		}
	}
}

// TestLintLong: a question of many letters, and a long list, whose labels are typed and may be long.
func TestLintLong(t *testing.T) {
	w := &Workbook{Sheets: []*Sheet{
		NewSheet("survey", [][]string{{"type", "name", "label"}, {"select_one l", "a", strings.Repeat("dài ", 300)}}),
	}}
	table := [][]string{{"list_name", "name", "label"}}
	for i := range buttonChoices + 1 {
		table = append(table, []string{"l", fmt.Sprint("c", i), fmt.Sprint("một nhãn dài hơn ba mươi chữ số ", i)})
	}
	w.Sheets = append(w.Sheets, NewSheet("choices", table))
	f, _ := Read(w)
	if got := places(Lint(f)); !slices.Equal(got, []string{"survey!C2 question_long"}) {
		t.Errorf("found %q", got)
	}
}

// TestLintAnonymous: questions that tell who answers are found in all three languages, and the others
// are not.
func TestLintAnonymous(t *testing.T) {
	table := [][]string{{"type", "name", "label"}}
	told := []string{"Họ và tên của chị?", "Số điện thoại?", "SỐ CCCD", "Địa chỉ nhà", "What is your phone number?", "ឈ្មោះរបស់អ្នក", "Ngày sinh"}
	untold := []string{"Chị bao nhiêu tuổi?", "Ấp của chị có bao nhiêu hộ?", "Chị thấy chính sách thế nào?", "តើអ្នកមានកូនប៉ុន្មាននាក់?", "How many children?"}
	for i, l := range append(slices.Clone(told), untold...) {
		table = append(table, []string{"text", fmt.Sprint("q", i+2), l})
	}
	table = append(table, []string{"image", "photo", "Ảnh cái giếng"}, []string{"text", "so_dien_thoai", "Liên lạc"})
	f, found := Read(&Workbook{Sheets: []*Sheet{NewSheet("survey", table)}})
	if Broken(found) {
		t.Fatal(found)
	}
	var want []string
	for i := range told {
		want = append(want, fmt.Sprintf("survey!B%d identifies_person", i+2))
	}
	last := len(told) + len(untold) + 2
	want = append(want, fmt.Sprintf("survey!B%d identifies_person", last), fmt.Sprintf("survey!B%d identifies_person", last+1))
	if got := places(LintAnonymous(f)); !slices.Equal(got, parted(strings.Join(want, "; "))) {
		t.Errorf("found %q, want %q", got, want)
	}
}

// TestCodes: every code has its words, and every code but those of damaged files and bounds, which
// other tests bring about, is brought about by one of the small forms.
func TestCodes(t *testing.T) {
	seen := map[string]bool{}
	for _, tt := range slices.Concat(findingTests, entityTests, lintTests, expressionTests) {
		for _, p := range parted(tt.want) {
			seen[p[strings.LastIndex(p, " ")+1:]] = true
		}
	}
	for _, tt := range simpleFindingTests {
		for _, p := range parted(tt.want) {
			seen[p[strings.LastIndex(p, " ")+1:]] = true
		}
	}
	for _, tt := range releaseFindingTests {
		for _, p := range parted(tt.want) {
			seen[p[strings.LastIndex(p, " ")+1:]] = true
		}
	}
	for _, c := range []Code{FormNameInvalid, LoopTooLarge, QuestionLong, IdentifiesPerson, TooMany, SimpleSheets} {
		seen[string(c)] = true // tests of their own
	}
	codes := map[Code]bool{}
	for _, e := range Explanations() {
		if codes[e.Code] || e.Severity != Error && e.Severity != Warning {
			t.Errorf("code %s: %+v", e.Code, e)
		}
		codes[e.Code] = true
		if strings.HasPrefix(string(e.Code), "expression_") {
			continue // package xpath has tests for each of its own
		}
		if file := strings.HasPrefix(string(e.Code), "file_") || strings.HasPrefix(string(e.Code), "cell") || e.Code == SheetHidden; !file && !seen[string(e.Code)] && e.Code != FileEnding {
			t.Errorf("no test brings about %s", e.Code)
		}
	}
}

// TestBound: a form with more mistakes than anybody reads tells some and counts the rest; errors come
// before warnings.
func TestBound(t *testing.T) {
	table := [][]string{{"type", "name", "label", "disabled"}}
	for i := range 1000 {
		table = append(table, []string{"text", fmt.Sprint("q", i), "Q", "no"})
	}
	for range 3 {
		table = append(table, []string{"texxt", "x", "Q", ""})
	}
	_, found := Read(&Workbook{Name: "bad name", Sheets: []*Sheet{NewSheet("survey", table)}})
	errors := 0
	for _, f := range found {
		if f.Severity == Error {
			errors++
		}
	}
	last := found[len(found)-1]
	if len(found) != maxFindings+1 || errors != 6 || last.Code != TooMany || found[0].Code != FormNameInvalid {
		t.Errorf("%d findings with %d errors, first %v, last %v", len(found), errors, found[0], last)
	}
}

// TestFindingString: a programmer reads place, severity, code and arguments.
func TestFindingString(t *testing.T) {
	_, found := Read(markdown("", "| survey |\n| | type | name | label |\n| | texxt | a | A |"))
	want := `survey!A2 error: type_unknown type="texxt"`
	if len(found) != 1 || found[0].String() != want {
		t.Errorf("found %v, want %s", found, want)
	}
}

func places(found []Finding) []string {
	var all []string
	for _, f := range found {
		all = append(all, f.Place()+" "+string(f.Code))
	}
	slices.Sort(all)
	return all
}

func parted(s string) []string {
	all := strings.Split(s, "; ")
	slices.Sort(all)
	return all
}
