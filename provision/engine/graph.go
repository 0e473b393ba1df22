package engine

import (
	"slices"

	"phonegate/provision/resource"
)

// node is a resource and the names of those that must be in order before it.
type node struct {
	resource.Resource
	needs []string
}

// graph holds the nodes in an order in which each comes after all it needs.
type graph []*node

// reversed is the graph for undoing: what was needed goes last.
func (g graph) reversed() graph {
	turned := make(graph, 0, len(g))
	for _, n := range slices.Backward(g) {
		var needs []string
		for _, other := range g {
			if slices.Contains(other.needs, n.Name()) {
				needs = append(needs, other.Name())
			}
		}
		turned = append(turned, &node{n.Resource, needs})
	}
	return turned
}
