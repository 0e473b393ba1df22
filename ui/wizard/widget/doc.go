// Package widget holds the parts that screens are made of: fields, menus, the pager, the frame. A widget knows looks, keys and
// sizes, and nothing of what is asked or why.
package widget
