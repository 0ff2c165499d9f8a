package pictures

import "image/color"

// bag is a full rubbish bag standing at x, y.
func (c *canvas) bag(x, y, size float64, col color.NRGBA) {
	c.at(x, y, size, c.between(-6, 6), func() {
		c.shadow(4, -2, 40, 8)
		c.fill(col, path{closedCurve(points([]float64{-34, -6, -38, -34, -20, -58, 0, -62, 22, -56, 38, -32, 34, -4, 0, 0}))})
		c.poly(shade(col, -0.12), -6, -60, -14, -78, -2, -72, 8, -80, 8, -60)
		c.line(shade(col, 0.22), 2.4, curve(-20, -44, -24, -28, -20, -14))
		c.line(shade(col, -0.25), 2, curve(14, -48, 20, -30, 14, -12))
	})
}

// bottle lies or stands.
func (c *canvas) bottle(x, y, size, turn float64, col color.NRGBA) {
	c.at(x, y, size, turn, func() {
		c.round(col, -5, -20, 10, 22, 3)
		c.rect(col, -2, -30, 4, 12)
		c.rect(shade(col, 0.4), -3, -17, 2, 13)
	})
}

// litter is small things on the ground in a box.
func (c *canvas) litter(x, y, w, h float64, n int) {
	for range n {
		px, py, turn := x+c.between(0, w), y+c.between(0, h), c.between(0, 360)
		k := 0.7 + 0.7*(py-y+1)/(h+1)
		c.at(px, py, k, turn, func() {
			switch c.rnd.IntN(6) {
			case 0: // cup
				c.poly(hex("#efece4"), -6, -8, 6, -8, 4, 9, -4, 9)
				c.rect(hex("#b5654a"), -6, -9, 12, 3)
			case 1: // paper
				c.poly(hex("#f1eee6"), -10, -6, 8, -9, 11, 5, -6, 8)
				c.poly(hex("#d9d5ca"), -10, -6, 1, -2, -6, 8)
			case 2: // can
				c.round(one(c, hex("#b9503f"), hex("#5f83a3"), hex("#b7bcc0")), -9, -4, 18, 9, 3)
				c.ellipse(hex("#d9dcde"), 8, 0.5, 2, 4)
			case 3: // carton
				c.poly(hex("#c9a06b"), -10, -5, 7, -8, 10, 6, -8, 8)
			case 4: // leaf of a plant or a napkin
				c.blob(hex("#e5e2d8"), 0, 0, 8, 5, 0.25)
			default: // wrapper
				c.poly(one(c, hex("#c2a13f"), hex("#7f9fb0"), hex("#b56a5a")), -8, -3, 6, -5, 9, 3, -6, 5)
			}
		})
	}
}

// leaves are autumn leaves in a box.
func (c *canvas) leaves(x, y, w, h float64, n int, size float64) {
	for range n {
		c.at(x+c.between(0, w), y+c.between(0, h), size*c.between(0.7, 1.2), c.between(0, 360), func() {
			col := one(c, hex("#b98a3e"), hex("#a8672f"), hex("#c9a24a"), hex("#8d7a3c"), hex("#96562e"))
			c.fill(col, path{closedCurve(points([]float64{-8, 0, -2, -5, 7, -3, 10, 0, 6, 4, -2, 4}))})
			c.seg(shade(col, -0.3), 1, -9, 0, 7, 0)
		})
	}
}

// cone is a traffic cone at x, y.
func (c *canvas) cone(x, y, size float64) {
	c.at(x, y, size, c.between(-3, 3), func() {
		c.shadow(3, 0, 20, 5)
		c.round(hex("#3c4046"), -16, -5, 32, 7, 2)
		c.poly(hex("#d4622f"), -11, -5, -3, -46, 3, -46, 11, -5)
		c.poly(hex("#f3f0ea"), -8.6, -17, -6.2, -29, 6.2, -29, 8.6, -17)
	})
}

// barrier is a red and white board on two feet, w wide.
func (c *canvas) barrier(x, y, w float64) {
	for _, fx := range []float64{0.1, 0.9} {
		c.round(hex("#44484e"), x+w*fx-18, y-7, 36, 9, 3)
		c.rect(hex("#6b7077"), x+w*fx-3, y-74, 6, 70)
	}
	for _, dy := range []float64{-70, -38} {
		c.round(hex("#f2efe8"), x, y+dy, w, 20, 3)
		for k := x + 4; k < x+w-24; k += 44 {
			c.poly(hex("#bf4636"), k+10, y+dy, k+30, y+dy, k+20, y+dy+20, k, y+dy+20)
		}
	}
	c.circle(hex("#e0a83c"), x+w*0.1, y-80, 8)
	c.circle(hex("#f0c766"), x+w*0.1-2, y-82, 4)
}

// bin is a city litter bin on a post, standing at x, y.
func (c *canvas) bin(x, y, size float64, full bool) {
	c.at(x, y, size, 0, func() {
		c.shadow(6, 0, 56, 9)
		body := hex("#4f6b57")
		if full {
			c.fill(hex("#e4e1da"), path{closedCurve(points([]float64{-40, -146, -34, -176, -8, -186, 18, -182, 38, -170, 42, -146}))})
			c.at(-16, -176, 1, -16, func() { c.round(hex("#d9b86a"), -14, -26, 28, 40, 3) })
			c.poly(hex("#c26a4a"), 4, -172, 26, -206, 44, -180)
			c.bottle(34, -160, 1.3, 24, hex("#5d8a5c"))
			c.at(-34, -162, 1.2, -30, func() { c.poly(hex("#f1eee6"), -9, -12, 9, -12, 6, 14, -6, 14) })
		}
		c.poly(body, -42, -150, 42, -150, 36, -10, -36, -10)
		c.poly(shade(body, -0.14), 14, -150, 42, -150, 36, -10, 14, -10)
		c.round(shade(body, -0.28), -47, -156, 94, 14, 4)
		c.rect(shade(body, 0.2), -30, -120, 6, 90)
		c.rect(hex("#3a4148"), -30, -10, 60, 10)
	})
}

// car stands at x, y, seen from the side.
func (c *canvas) car(x, y, size float64, col color.NRGBA, flat bool) {
	c.at(x, y, size, 0, func() {
		c.shadow(0, 2, 132, 10)
		c.fill(col, path{closedCurve(points([]float64{
			-128, -22, -126, -46, -98, -56, -62, -60, -38, -90, 26, -92, 58, -62, 108, -54, 126, -40, 126, -20, 60, -14, -60, -14,
		}))})
		c.poly(hex("#8fa3b0"), -48, -62, -30, -84, -4, -85, -4, -62)
		c.poly(hex("#8fa3b0"), 4, -85, 24, -85, 44, -62, 4, -62)
		c.line(shade(col, -0.25), 1.6, []pt{{0, -88}, {0, -20}})
		c.rect(shade(col, -0.25), 10, -50, 14, 3)
		c.round(hex("#e9d9a0"), 112, -44, 12, 9, 3)
		c.round(hex("#a84a3e"), -126, -44, 9, 10, 3)
		c.rect(shade(col, -0.3), -122, -22, 244, 5)
		for i, wx := range []float64{-76, 76} {
			if flat && i == 0 {
				c.ellipse(hex("#2b2e33"), wx, -14, 27, 19)
				c.circle(hex("#8f959b"), wx, -18, 12)
				continue
			}
			c.circle(hex("#2b2e33"), wx, -20, 24)
			c.circle(hex("#a9aeb3"), wx, -20, 13)
			c.circle(hex("#6d7278"), wx, -20, 4)
		}
	})
}

// bicycle stands at x, y on its wheels; wrecked ones have a bent wheel and no saddle.
func (c *canvas) bicycle(x, y, size float64, col color.NRGBA, wrecked bool) {
	c.at(x, y, size, 0, func() {
		tyre, rim := hex("#2f3338"), hex("#9aa0a6")
		c.shadow(0, 2, 96, 7)
		wheel := func(cx float64) {
			c.ring(tyre, cx, -40, 37, 5)
			for i := range 6 {
				p := arc(cx, -40, 35, 35, float64(i)*30, float64(i)*30+180)
				c.seg(rim, 0.8, p[0].x, p[0].y, p[len(p)-1].x, p[len(p)-1].y)
			}
			c.circle(rim, cx, -40, 4)
		}
		wheel(-62)
		if wrecked {
			c.line(tyre, 6, curve(42, -8, 22, -34, 40, -66, 74, -62, 88, -30, 66, -6, 44, -10))
			for _, q := range []pt{{30, -40}, {70, -56}, {78, -22}} {
				c.seg(rim, 0.8, 58, -36, q.x, q.y)
			}
		} else {
			wheel(62)
		}
		c.seg(col, 5, -62, -40, -14, -40)
		c.seg(col, 5, -62, -40, -26, -86)
		c.seg(col, 5, -14, -40, -28, -92)
		c.seg(col, 5, -26, -86, 40, -84)
		c.seg(col, 5, -14, -40, 42, -80)
		c.seg(col, 5, 58, -40, 38, -96)
		c.line(hex("#3a3f45"), 4, curve(38, -96, 50, -108, 62, -104))
		c.circle(hex("#4a4f55"), -14, -40, 8)
		c.seg(hex("#4a4f55"), 3, -14, -40, -6, -26)
		if wrecked {
			c.seg(hex("#8a5a3c"), 3, -28, -92, -29, -100)
		} else {
			c.round(hex("#33373c"), -44, -104, 30, 8, 4)
			c.seg(hex("#33373c"), 3, -28, -92, -29, -98)
		}
	})
}

// bench stands at x, y; a broken one lacks a board and has another hanging down.
func (c *canvas) bench(x, y, size float64, broken bool) {
	c.at(x, y, size, 0, func() {
		wood, iron := hex("#a5714a"), hex("#4a5058")
		c.shadow(0, 2, 132, 10)
		for _, lx := range []float64{-104, 104} {
			c.seg(iron, 7, lx, -44, lx-8, 0)
			c.seg(iron, 7, lx, -44, lx+12, 0)
			c.seg(iron, 7, lx, -44, lx+4, -104)
		}
		for i, by := range []float64{-106, -84} {
			if broken && i == 1 {
				c.at(-112, by+6, 1, 17, func() { c.round(shade(wood, -0.1), 0, -6, 150, 14, 3) })
				c.poly(shade(wood, 0.1), 82, by, 124, by, 124, by+14, 92, by+14, 84, by+8)
				continue
			}
			c.round(shade(wood, 0.06), -124, by, 248, 15, 3)
		}
		for i, by := range []float64{-52, -40} {
			if broken && i == 0 {
				c.poly(wood, -128, by, -30, by, -38, by+6, -22, by+11, -128, by+11)
				c.poly(wood, 44, by, 128, by, 128, by+11, 38, by+11, 50, by+5)
				continue
			}
			c.round(shade(wood, -0.06*float64(i)), -128, by, 256, 11, 3)
		}
	})
}

// pole is a sign post at x, y of height h.
func (c *canvas) pole(x, y, h float64) {
	c.shadow(x+3, y, 12, 4)
	c.rect(hex("#8d949b"), x-3.5, y-h, 7, h)
	c.rect(hex("#a9b0b6"), x-3.5, y-h, 2.2, h)
}
