package pictures

// dumped: bags, a mattress and furniture on the pavement.
func dumped(c *canvas, solved bool) {
	c.street()
	if solved {
		c.tree(150, 330, 1.5)
		return
	}
	c.tree(92, 330, 1.5)
	x := c.between(190, 240)
	if c.chance(0.65) { // a mattress leaning on the wall
		m := hex("#dcd7cb")
		c.poly(shade(m, -0.25), x+150, 366, x+166, 190, x+300, 196, x+314, 372)
		c.poly(m, x+140, 368, x+156, 192, x+288, 198, x+300, 374)
		for i := range 5 {
			y := 214 + float64(i)*32
			c.line(shade(m, -0.1), 2, curve(x+152, y, x+220, y+5, x+292, y+4))
		}
		c.blob(hex("#c4b592"), x+230, 300, 26, 20, 0.2)
	} else { // a cupboard without a door
		w := hex("#a5835c")
		c.rect(w, x+150, 220, 120, 152)
		c.poly(shade(w, -0.2), x+270, 220, x+296, 230, x+296, 376, x+270, 372)
		c.rect(shade(w, -0.45), x+160, 232, 100, 60)
		c.rect(shade(w, -0.4), x+160, 300, 100, 62)
		c.at(x+320, 384, 1, -62, func() { c.rect(shade(w, 0.12), 0, 0, 110, 14) })
	}
	cols := []colour{hex("#3a3f46"), hex("#4b5a74"), hex("#5c6066"), hex("#c9c6bd"), hex("#2f3338")}
	for i := range 4 + c.rnd.IntN(3) {
		c.bag(x-40+float64(i)*52+c.between(-8, 8), c.between(372, 398), c.between(0.85, 1.2), one(c, cols...))
	}
	c.at(x+24, 404, 1, c.between(-8, 8), func() {
		c.poly(hex("#b98b5e"), -44, -34, 26, -40, 40, -6, -34, 2)
		c.poly(hex("#d0a678"), -44, -34, -20, -56, 44, -60, 26, -40)
	})
	c.litter(x-60, 388, 360, 16, 9)
}

// binFull: a litter bin in a park or at a street.
func binFull(c *canvas, solved bool) {
	y := 412.0
	if c.chance(0.5) {
		c.park(true)
	} else {
		c.street()
		y = 374
	}
	x := c.between(270, 370)
	c.bin(x, y, 1.25, !solved)
	if solved {
		return
	}
	c.litter(x-150, y-12, 300, 40, 16)
	c.bag(x-84, y+8, 0.7, hex("#c9c6bd"))
	c.at(x+86, y+12, 1, 12, func() {
		c.poly(hex("#b98b5e"), -30, -26, 30, -26, 30, 10, -30, 10)
		c.poly(hex("#d0a678"), -30, -26, -18, -40, 42, -40, 30, -26)
	})
}

// containers: a recycling point.
func containers(c *canvas, solved bool) {
	c.street()
	for i, col := range []colour{hex("#5d7f57"), hex("#8a5f3c"), hex("#c3c6c4"), hex("#c29a3a")} {
		x := 70 + float64(i)*132
		c.shadow(x+58, 386, 66, 9)
		c.fill(col, path{closedCurve(points([]float64{
			x + 4, 384, x, 300, x + 8, 226, x + 34, 196, x + 58, 188, x + 84, 196, x + 110, 226, x + 117, 300, x + 113, 384, x + 58, 386,
		}))})
		c.line(shade(col, -0.18), 3, curve(x+8, 262, x+58, 270, x+110, 262))
		c.circle(shade(col, -0.35), x+59, 232, 19)
		c.circle(hex("#22262a"), x+59, 232, 14)
		c.rect(hex("#eeece5"), x+30, 280, 58, 50)
		c.bottle(x+59, 322, 1.1, 0, shade(col, -0.1))
	}
	if solved {
		return
	}
	glass := []colour{hex("#5d8a5c"), hex("#8a5f3c"), hex("#dfe6e4"), hex("#41705a")}
	for range 26 {
		x, lie := c.between(60, 570), c.chance(0.35)
		turn := c.between(-4, 4)
		if lie {
			turn = c.between(60, 120)
		}
		c.bottle(x, c.between(386, 404), c.between(0.9, 1.2), turn, one(c, glass...))
	}
	for _, x := range []float64{c.between(110, 180), c.between(330, 400), c.between(450, 520)} {
		c.at(x, 398, c.between(0.9, 1.25), c.between(-5, 5), func() {
			c.poly(hex("#b98b5e"), -36, -44, 36, -44, 36, 4, -36, 4)
			c.poly(hex("#d0a678"), -36, -44, -52, -58, 10, -60, 36, -44)
			c.rect(hex("#a57a4f"), -4, -44, 8, 48)
		})
	}
	c.bag(590, 402, 0.95, hex("#4b5a74"))
}

// dirt: litter along a street.
func dirt(c *canvas, solved bool) {
	if c.chance(0.5) {
		c.above(asphalt(), 200)
		c.kerb()
		if !solved {
			c.litter(20, 146, 600, 330, 40)
			c.leaves(-20, 140, 680, 60, 60, 1.1)
		}
		return
	}
	c.street()
	c.tree(130, 330, 1.5)
	if !solved {
		c.litter(0, 340, 640, 120, 46)
		c.leaves(0, 384, 640, 40, 50, 0.8)
	}
}

// rats: bags at a wall, and a small visitor.
func rats(c *canvas, solved bool) {
	wall := one(c, facades()...)
	c.wall(wall)
	c.round(hex("#2b2826"), 430, 318, 46, 34, 14)
	if solved {
		c.round(hex("#8d949b"), 426, 314, 54, 40, 4)
		for y := 320.0; y < 350; y += 7 {
			c.rect(hex("#6b7077"), 432, y, 42, 3)
		}
		return
	}
	for i := range 3 {
		c.bag(130+float64(i)*66, c.between(372, 386), c.between(1, 1.25), one(c, hex("#3a3f46"), hex("#4b5a74"), hex("#5c6066")))
	}
	c.litter(90, 376, 300, 30, 12)
	c.at(c.between(360, 410), 392, 1.25, 0, func() {
		fur := hex("#6e6258")
		c.shadow(0, 0, 40, 5)
		c.line(hex("#a58678"), 3, curve(-34, -6, -54, -2, -70, -10, -86, -4))
		c.fill(fur, path{closedCurve(points([]float64{-38, -4, -34, -20, -10, -28, 16, -22, 34, -14, 44, -6, 30, 0, 0, 0}))})
		c.circle(shade(fur, -0.15), 20, -22, 6)
		c.circle(hex("#1c1a19"), 32, -12, 1.8)
		c.circle(hex("#b58d80"), 44, -6, 2)
	})
}

// wall is the foot of a house wall behind slabs.
func (c *canvas) wall(col colour) {
	c.rect(col, -60, -60, 760, 420)
	for y := -40.0; y < 300; y += 34 {
		for x := -60 - float64(int(y)%2)*40; x < 700; x += 86 {
			if c.chance(0.14) {
				c.round(shade(col, c.between(-0.06, 0.06)), x, y, 82, 31, 2)
			}
		}
	}
	c.rect(shade(col, -0.14), -60, 282, 760, 78)
	c.rect(shade(col, -0.26), -60, 280, 760, 4)
	c.pavement(356, 200)
}

// backyard: bins behind a kitchen.
func backyard(c *canvas, solved bool) {
	c.wall(one(c, hex("#c4bfb3"), hex("#cfcabd")))
	c.round(hex("#7d858c"), 60, 110, 110, 250, 3)
	c.rect(hex("#6b7279"), 70, 122, 90, 110)
	c.circle(hex("#d7c27a"), 152, 244, 4)
	for i, col := range []colour{hex("#4a4f55"), hex("#5f4a3a"), hex("#4a4f55")} {
		x := 230 + float64(i)*128
		c.shadow(x+50, 398, 62, 8)
		if solved || i == 2 {
			c.poly(shade(col, 0.1), x-6, 236, x+106, 236, x+102, 222, x-2, 222)
		} else {
			c.poly(shade(col, -0.15), x, 236, x+100, 236, x+112, 150, x+14, 150)
			c.fill(hex("#c9b27a"), path{closedCurve(points([]float64{x + 6, 240, x + 14, 206, x + 46, 194, x + 80, 204, x + 96, 240}))})
			c.blob(hex("#8c9a58"), x+40, 212, 18, 10, 0.2)
			c.blob(hex("#b5583f"), x+66, 216, 14, 9, 0.2)
		}
		c.poly(col, x-2, 236, x+102, 236, x+94, 388, x+6, 388)
		c.poly(shade(col, -0.15), x+62, 236, x+102, 236, x+94, 388, x+64, 388)
		c.circle(hex("#26292d"), x+18, 390, 11)
		c.circle(hex("#26292d"), x+82, 390, 11)
	}
	if solved {
		return
	}
	c.litter(220, 394, 360, 44, 16)
	c.blob(hex("#8a7a55", 0.7), 360, 424, 90, 16, 0.2)
}
