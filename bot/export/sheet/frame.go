package sheet

import "strconv"

// The namespaces and kinds of parts of Office Open XML.
const (
	mainSpace    = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	relSpace     = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	packageSpace = "http://schemas.openxmlformats.org/package/2006/"
	partKind     = "application/vnd.openxmlformats-officedocument.spreadsheetml."
)

// The styles of cells, as they stand in a cell: the index among cellXfs in [styles].
const (
	stylePlain    = ""
	styleHead     = ` s="1"`
	styleWrapped  = ` s="2"`
	styleDate     = ` s="3"`
	styleDateTime = ` s="4"`
)

const styles = `<styleSheet xmlns="` + mainSpace + `">` +
	`<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd"/><numFmt numFmtId="165" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/></numFmts>` +
	`<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
	`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
	`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
	`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
	`<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
	`<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>` +
	`<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>` +
	`<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>` +
	`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`

// frame writes the parts that say what the others are, and ends the last one.
func (b *Book) frame() {
	if len(b.names) == 0 {
		b.Sheet("", nil, nil) // a workbook has at least one
		b.endSheet()
	}
	b.part("xl/styles.xml")
	b.write(styles)
	b.part("xl/workbook.xml")
	b.write(`<workbook xmlns="` + mainSpace + `" xmlns:r="` + relSpace + `"><sheets>`)
	for i, name := range b.names {
		n := strconv.Itoa(i + 1)
		b.write(`<sheet name="`)
		b.attribute(name)
		b.write(`" sheetId="` + n + `" r:id="rId` + n + `"/>`)
	}
	b.write(`</sheets></workbook>`)
	b.part("xl/_rels/workbook.xml.rels")
	b.write(`<Relationships xmlns="` + packageSpace + `relationships">`)
	for i := range b.names {
		n := strconv.Itoa(i + 1)
		b.write(`<Relationship Id="rId` + n + `" Type="` + relSpace + `/worksheet" Target="worksheets/sheet` + n + `.xml"/>`)
	}
	b.write(`<Relationship Id="rIdStyles" Type="` + relSpace + `/styles" Target="styles.xml"/></Relationships>`)
	b.part("_rels/.rels")
	b.write(`<Relationships xmlns="` + packageSpace + `relationships"><Relationship Id="rId1" Type="` + relSpace + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`)
	b.part("[Content_Types].xml")
	b.write(`<Types xmlns="` + packageSpace + `content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="` + partKind + `sheet.main+xml"/>` +
		`<Override PartName="/xl/styles.xml" ContentType="` + partKind + `styles+xml"/>`)
	for i := range b.names {
		b.write(`<Override PartName="/xl/worksheets/sheet` + strconv.Itoa(i+1) + `.xml" ContentType="` + partKind + `worksheet+xml"/>`)
	}
	b.write(`</Types>`)
	b.fail(b.out.Flush())
}

// attribute writes a text into an attribute: a sheet's name, which has no controls.
func (b *Book) attribute(s string) {
	for _, c := range s {
		switch c {
		case '&':
			b.write("&amp;")
		case '<':
			b.write("&lt;")
		case '"':
			b.write("&quot;")
		default:
			b.write(string(c))
		}
	}
}
