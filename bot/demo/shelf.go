package demo

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"chihai/bot/paper"
	"chihai/store"
)

// script is how a first meeting of a club may go: what lies on the shelf of the
// sample, because no file can be sent in the web chat.
const script = `1. Chào nhau (10 phút): mỗi bạn nói biệt danh của mình và một điều mình thích.
2. Cùng đặt nội quy (15 phút): lắng nghe, không chê cười, chuyện của bạn không kể ra ngoài.
3. Trò chơi “Ai cũng làm được” (20 phút): kể những việc nhà mà bạn trai, bạn gái đều làm được.
4. Nhìn lại (10 phút): hôm nay mình nhớ nhất điều gì? Buổi sau mình muốn nói chuyện gì?`

// scriptPDF is the script on a page.
func scriptPDF(title string) ([]byte, error) {
	fonts, err := paper.Load()
	if err != nil {
		return nil, err
	}
	doc := paper.New(fonts, paper.About{Title: title, Language: "vi"})
	page := doc.Flow(paper.A4, paper.Margins{Top: 20 * paper.MM, Right: 20 * paper.MM, Bottom: 20 * paper.MM, Left: 25 * paper.MM})
	page.Text(title, paper.Style{Size: 16, Bold: true})
	for line := range strings.Lines(script) {
		page.Skip(8)
		page.Text(strings.TrimSpace(line), paper.Style{Size: 13})
	}
	var b bytes.Buffer
	_, err = doc.WriteTo(&b)
	return b.Bytes(), err
}

// addDocument puts the script on the shelf, for the facilitators of all units.
func addDocument(tx *store.Tx, by *store.Member) error {
	d := &store.Document{
		Kind: store.Script, Title: "Kịch bản buổi sinh hoạt đầu tiên", Theme: "Sinh hoạt câu lạc bộ",
		Languages: []string{"vi"}, For: store.ForFacilitators, Area: Top, Format: "pdf", By: by.ID,
	}
	data, err := scriptPDF(d.Title)
	if err != nil {
		return fmt.Errorf("make the script: %w", err)
	}
	f := &store.File{Name: "kich-ban-buoi-dau.pdf", Type: "application/pdf", Member: by.ID, Expires: tx.Now.Add(24 * time.Hour)}
	if err := tx.PutFile(f, data); err != nil {
		return err
	}
	d.File = f.ID
	return tx.AddDocument(d)
}
