package xpath_test

import (
	"errors"
	"fmt"

	"chihai/flows/form/xpath"
)

func ExampleParse() {
	_, err := xpath.Parse("${tuổi} > 18 and (${con} = 2")
	var mistake *xpath.Error
	if errors.As(err, &mistake) {
		fmt.Println(mistake.Code, mistake.Column, mistake.Args)
	}
	fmt.Println(err)
	// Output:
	// unclosed 18 [( )]
	// column 18: ( is never closed by )
}

func ExampleExpr_Check() {
	e, err := xpath.Parse("trim(${name}) != '' and regex(., '(?=.*[0-9]).+')")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, mistake := range e.Check() {
		fmt.Println(mistake)
	}
	// Output:
	// column 1: there is no function trim(): perhaps normalize-space()
	// column 34: the regular expression "(?=.*[0-9]).+" uses (?=, which is not offered here
}

// A question about children that nobody is asked: mothers of small children are
// sought among those who said that they have none.
func ExampleSatisfy() {
	children, _ := xpath.Parse("${has_children} = 'yes'")
	small, _ := xpath.Parse("${has_children} = 'no' and ${youngest} < 36")
	months := 1200.0
	domain := func(question string) xpath.Domain {
		switch question {
		case "has_children":
			return xpath.Domain{Of: xpath.OneOf, Choices: []string{"yes", "no"}}
		case "youngest":
			return xpath.Domain{Of: xpath.WholeNumber, Least: new(float64), Most: &months, Unanswered: true}
		}
		return xpath.Domain{}
	}
	fmt.Println(xpath.Satisfy(domain,
		xpath.Condition{Expr: children, When: "youngest"}, // where youngest is asked
		xpath.Condition{Expr: small},
	).Verdict)
	fmt.Println(xpath.Satisfy(domain, xpath.Condition{Expr: small}).Example)
	// Output:
	// impossible
	// map[has_children:no youngest:0]
}

func ExampleWalk() {
	e, err := xpath.Parse("${job} = 'farmer' or selected(${why}, 'work')")
	if err != nil {
		fmt.Println(err)
		return
	}
	xpath.Walk(e.Root(), func(n xpath.Node) bool {
		if c, ok := xpath.Compared(n); ok {
			question, _ := c.Path.Question()
			fmt.Println(question, c.Literal.(*xpath.Text).Value, c.Selected)
		}
		return true
	})
	// Output:
	// job farmer false
	// why work true
}
