package store

import (
	"maps"
	"slices"
	"strings"
)

func checkDocuments(c *checker) error {
	err := documents(c, "document", func(key string, d *Document) {
		c.want(d.ID == key, "document", key, "says it is "+d.ID)
		if d.Off.IsZero() {
			f := find[File](c, "file", d.File)
			c.want(f != nil && f.Document == key && f.Expires.Equal(onShelf), "document", key, "stands on the shelf without its file")
		}
	})
	if err != nil {
		return err
	}
	is, err := c.tx.shelved()
	if err != nil {
		return nil // told where documents are read
	}
	says, err := c.tx.Shelf()
	c.want(err == nil && maps.EqualFunc(is.Areas, says.Areas, slices.Equal), "meta", "shelf", "says of the shelf what it is not")
	return nil
}

// checkOwner looks whether a file that is kept for ever is that of a document.
func (c *checker) checkOwner(key string, f *File) {
	if f.Form != "" {
		c.want(c.has("form", f.Form), "file", key, "belongs to form "+f.Form+", which is not there")
		c.want(f.Member == "" && f.Expires.Equal(onShelf), "file", key, "is a form's and not kept")
		return
	}
	if f.Campaign != "" {
		c.want(c.has("campaign", f.Campaign), "file", key, "belongs to answers to campaign "+f.Campaign+", which is not there")
		c.want(f.Member == "" && f.Expires.Equal(onShelf), "file", key, "is a part of answers and not kept")
		return
	}
	if f.Document == "" {
		c.want(f.Expires.Before(onShelf), "file", key, "is kept for ever, and by nothing")
		return
	}
	d := find[Document](c, "document", f.Document)
	c.want(d != nil, "file", key, "belongs to document "+f.Document+", which is not there")
	c.want(d == nil || f.Expires.Equal(onShelf) == (d.File == key && d.Off.IsZero()), "file", key, "is kept although its document has let it go, or is let go although it has not")
	c.want(f.Member == "", "file", key, "belongs to a document and to a member")
}

func checkDocumentTallies(c *checker) error {
	return documents(c, "document_tally", func(key string, _ *documentTally) {
		id, _, _ := strings.Cut(key, "/")
		c.want(c.has("document", id), "document_tally", key, "counts for a document that is not there")
	})
}

func checkSents(c *checker) error {
	return documents(c, "document_sent", func(key string, s *Sent) {
		c.want(s.Broadcast == key, "document_sent", key, "says it is "+s.Broadcast)
		c.want(c.has("document", s.Document), "document_sent", key, "brought document "+s.Document+", which is not there")
		c.want(len(s.Reminders) <= MaxReadReminders, "document_sent", key, "was reminded of too often")
		first := find[Broadcast](c, "broadcast", key)
		c.want(first != nil && first.Document == s.Document && first.Follows == "", "document_sent", key, "is a broadcast that brought no such document")
		for _, id := range slices.Concat(s.Reminders, s.Again) {
			b := find[Broadcast](c, "broadcast", id)
			c.want(b == nil || b.Follows == key, "document_sent", key, "is followed by broadcast "+id+", which follows another") // a draft may be deleted
		}
	})
}

func checkReadings(c *checker) error {
	return documents(c, "document_read", func(key string, r *Reading) {
		c.want(r.Member+"/"+r.Broadcast == key, "document_read", key, "says it is "+r.Member+"/"+r.Broadcast)
		c.want(c.has("document_sent", r.Broadcast), "document_read", key, "is of a document that was not sent")
		c.wantMember(r.Member, "document_read", key)
		c.want(!r.Opened.IsZero() || !r.Read.IsZero(), "document_read", key, "says nothing")
	})
}
