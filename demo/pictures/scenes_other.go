package pictures

// graffiti: a wall with sprayed lines that mean nothing.
func graffiti(c *canvas, solved bool) {
	c.wall(one(c, hex("#cfcabd"), hex("#d9c7a3"), hex("#b9c0ae"), hex("#c4bfb3")))
	if solved {
		c.poly(hex("#ffffff", 0.14), 84, 92, 540, 86, 534, 276, 90, 278)
		return
	}
	col := one(c, hex("#31506e"), hex("#7a3f6b"), hex("#2f2f33"), hex("#a3402f"))
	edge := one(c, hex("#e3b23c"), hex("#d7dde0"), hex("#8fb6c9"))
	x := c.between(80, 130)
	r := func() float64 { return c.between(-12, 12) }
	strokes := []func(k float64) []pt{
		func(k float64) []pt { // a loop
			return curve(k, 250+r(), k+18, 140+r(), k+70, 142+r(), k+36, 208, k+88, 232+r(), k+62, 264, k+8, 246)
		},
		func(k float64) []pt { // a wave
			return curve(k, 140+r(), k+22, 252+r(), k+48, 168+r(), k+70, 256, k+96, 136+r())
		},
		func(k float64) []pt { // an arch
			return curve(k, 262+r(), k+20, 150+r(), k+54, 130+r(), k+78, 176, k+84, 262, k+44, 206)
		},
		func(k float64) []pt { // a hook
			return curve(k+84, 150+r(), k+26, 134+r(), k+6, 200, k+44, 262+r(), k+92, 230, k+56, 204)
		},
		func(k float64) []pt { // a zigzag
			return points([]float64{k, 142 + r(), k + 78, 150 + r(), k + 6, 250 + r(), k + 90, 256 + r()})
		},
	}
	c.rnd.Shuffle(len(strokes), func(i, j int) { strokes[i], strokes[j] = strokes[j], strokes[i] })
	for i := range 4 {
		p := strokes[i](x + float64(i)*112)
		c.line(edge, 25, p)
		c.line(col, 15, p)
	}
	c.line(col, 9, curve(x-30, 296, x+120, 282, x+280, 300, x+440, 276))
	for range 7 {
		dx := x + c.between(0, 420)
		c.seg(col, 4, dx, 262, dx, c.between(280, 326))
	}
	for range 60 {
		c.circle(hex("#31333a", 0.35), x+c.between(-40, 470), c.between(90, 310), c.between(0.8, 2.6))
	}
	for range 5 { // stickers
		c.at(c.between(40, 600), c.between(100, 320), 1, c.between(-20, 20), func() {
			c.round(hex("#f0ede4"), -17, -13, 34, 26, 3)
			c.round(one(c, hex("#b9503f"), hex("#3f6a8f"), hex("#4f7a57")), -12, -8, 24, 16, 2)
		})
	}
}

// stand is a bow of steel to lock a bicycle to.
func (c *canvas) stand(x, y, size float64) {
	c.at(x, y, size, 0, func() {
		c.line(hex("#868d94"), 8, append(append([]pt{{-34, 0}, {-34, -66}}, arc(0, -66, 34, 26, 180, 360)...), pt{34, 0}))
	})
}

func wreckedBike(c *canvas, solved bool) {
	c.street()
	x := c.between(290, 340)
	c.stand(x-190, 386, 1)
	c.stand(x+200, 386, 1)
	c.stand(x, 386, 1.1)
	if solved {
		return
	}
	col := one(c, hex("#7d5a46"), hex("#5a6b60"), hex("#6d5f7a"), hex("#8a5a3c"))
	c.at(x+10, 398, 1.35, -3, func() { c.bicycle(0, 0, 1, col, true) })
	c.leaves(x-140, 384, 280, 22, 40, 0.8)
	for range 20 {
		c.circle(hex("#9a5a2f", 0.8), x+c.between(-70, 90), c.between(260, 380), c.between(1, 2.6))
	}
	c.line(hex("#b58a3c"), 5, arc(x-14, 330, 26, 30, 40, 330))
}

func wreckedCar(c *canvas, solved bool) {
	c.street()
	c.tree(110, 330, 1.5)
	for _, x := range []float64{52, 588} {
		c.poly(hex("#dedcd5"), x, 408, x+6, 408, x+2, 480, x-8, 480)
	}
	if solved {
		return
	}
	col := one(c, hex("#7d8a8f"), hex("#8a7d6b"), hex("#6f7a86"), hex("#8f7f7a"))
	x := 330.0
	c.car(x, 448, 1.75, col, true)
	c.at(x, 448, 1.75, 0, func() {
		c.fill(hex("#b8ad98", 0.45), path{closedCurve(points([]float64{-120, -40, -60, -58, -36, -86, 26, -88, 60, -60, 118, -48, 60, -40, -40, -42}))})
		for range 22 {
			c.circle(hex("#8a4f2c", 0.85), c.between(-118, 118), c.between(-30, -20), c.between(1, 3.2))
		}
		c.line(hex("#e8ecee", 0.9), 1, curve(8, -70, 16, -74, 30, -66))
		c.rect(hex("#e7c23f"), -36, -76, 18, 13) // the notice on the pane
	})
	c.leaves(x-230, 440, 460, 26, 60, 0.9)
	for range 12 {
		gx := x + c.between(-220, 220)
		c.seg(hex("#7f9a5a"), 2, gx, 462, gx+c.between(-5, 5), 462-c.between(8, 18))
	}
}

// kick is an e-scooter with its wheels on y = 0.
func (c *canvas) kick(col colour) {
	dark := hex("#2f3338")
	c.circle(dark, -84, -15, 15)
	c.circle(dark, 84, -15, 15)
	c.circle(hex("#8d949b"), -84, -15, 6)
	c.circle(hex("#8d949b"), 84, -15, 6)
	c.round(dark, -78, -26, 132, 12, 5)
	c.rect(col, -70, -27, 116, 4)
	c.line(dark, 9, curve(52, -22, 70, -28, 80, -40))
	c.seg(col, 11, 80, -34, 62, -150)
	c.seg(dark, 6, 62, -150, 59, -172)
	c.seg(dark, 7, 46, -170, 78, -176)
	c.round(shade(col, -0.2), 52, -148, 18, 26, 4)
}

func scooter(c *canvas, solved bool) {
	c.street()
	col := one(c, hex("#4f8a5c"), hex("#c2803a"), hex("#4f7a9f"), hex("#8a5a9a"))
	c.pole(540, 392, 300)
	c.at(540, 128, 1, 0, func() {
		c.circle(hex("#f5f3ee"), 0, 0, 40)
		c.circle(hex("#3f6a9f"), 0, 0, 37)
	})
	if solved {
		c.shadow(170, 318, 110, 8)
		c.at(170, 318, 1, 0, func() { c.kick(col) })
		return
	}
	x := c.between(280, 330)
	c.shadow(x+10, 392, 190, 14)
	c.at(x-70, 392, 1.35, c.between(-14, -8), func() {
		c.at(0, 0, 1, 0, func() {
			old := c.m
			c.m = c.m.then(matrix{a: 1, b: 0, c: 0.5, d: 0.42}) // lying on its side
			c.kick(col)
			c.m = old
		})
	})
}

func barrierSteps(c *canvas, solved bool) {
	wall := one(c, facades()...)
	c.wall(wall)
	c.rect(shade(wall, 0.3), 232, 70, 176, 236)
	c.rect(hex("#6b5140"), 244, 82, 152, 224)
	c.rect(hex("#8fa3b0"), 258, 96, 56, 120)
	c.rect(hex("#8fa3b0"), 326, 96, 56, 120)
	c.rect(shade(hex("#6b5140"), -0.3), 318, 82, 4, 224)
	c.circle(hex("#d7c27a"), 328, 236, 5)
	stone := hex("#b0aca3")
	for i := range 3 {
		k := float64(i)
		c.rect(shade(stone, 0.2-k*0.05), 206-k*26, 302+k*34, 228+k*52, 10)
		c.rect(shade(stone, -0.16-k*0.04), 206-k*26, 312+k*34, 228+k*52, 24)
	}
	rail := hex("#5a626b")
	if !solved {
		return
	}
	c.poly(shade(stone, 0.14), 434, 302, 700, 396, 700, 420, 486, 420, 460, 372, 434, 336)
	c.poly(shade(stone, -0.1), 434, 312, 452, 346, 486, 420, 472, 420, 434, 346)
	c.seg(rail, 6, 452, 256, 690, 336)
	for _, q := range []pt{{452, 256}, {560, 292}, {676, 332}} {
		c.seg(rail, 5, q.x, q.y, q.x, q.y+66)
	}
}

func poster(c *canvas, solved bool) {
	c.street()
	c.tree(120, 330, 1.5)
	if solved {
		return
	}
	x := c.between(280, 340)
	c.shadow(x+20, 396, 170, 14)
	c.poly(hex("#4a5058"), x-150, 402, x-96, 336, x+172, 350, x+136, 418)
	c.poly(hex("#f0ede4"), x-138, 398, x-90, 342, x+160, 355, x+128, 411)
	c.poly(one(c, hex("#c29a3a"), hex("#8fb6c9"), hex("#b5705a")), x-118, 394, x-78, 347, x+20, 352, x-8, 400)
	c.poly(hex("#d7d2c4"), x+16, 366, x+126, 371, x+120, 378, x+12, 373)
	c.poly(hex("#d7d2c4"), x+8, 382, x+112, 387, x+106, 394, x+4, 389)
	c.seg(hex("#3a3f45"), 6, x-150, 402, x-182, 380)
	c.seg(hex("#3a3f45"), 6, x+136, 418, x+176, 426)
	c.at(x+60, 344, 1, -12, func() { c.poly(hex("#f0ede4"), -40, 0, 30, -16, 44, 2, -20, 18) })
}

func missingThing(c *canvas, solved bool) {
	c.street()
	if !solved {
		iron := hex("#5a626b")
		c.rect(iron, -60, 262, 760, 6)
		c.rect(iron, -60, 352, 760, 6)
		for x := -54.0; x < 700; x += 20 {
			c.rect(iron, x, 248, 4, 112)
		}
	}
	cols := []colour{hex("#4f7a8f"), hex("#a8503f"), hex("#5f7a4f"), hex("#3f4a5a")}
	for i := range 3 {
		x := 130 + float64(i)*180 + c.between(-12, 12)
		if solved {
			c.stand(x, 388, 1.1)
		}
		c.at(x, 394, 1.05, 0, func() { c.bicycle(0, 0, 1, cols[(i+c.rnd.IntN(4))%4], false) })
	}
}

func crossing(c *canvas, solved bool) {
	c.rect(c.sky(), -60, -60, 760, 400)
	c.row(200, 165)
	c.rect(hex("#c8c3b8"), -60, 198, 760, 36)
	c.rect(hex("#8e8b82"), -60, 232, 760, 5)
	c.rect(asphalt(), -60, 237, 760, 200)
	c.specks(asphalt(), 240, 430, 150)
	for x := -40.0; x < 700; x += 110 {
		c.poly(hex("#e8e8e4"), x, 316, x+62, 316, x+60, 323, x-3, 323)
	}
	if solved {
		for i := range 7 {
			k := float64(i)
			y, h := 242+k*26, 13+k
			c.poly(hex("#f1efe9"), 262-k*8, y, 384+k*8, y, 386+k*8+3, y+h, 260-k*8-3, y+h)
		}
	}
	c.car(104, 262, 0.72, one(c, hex("#8a3f38"), hex("#4f6a86")), false)
	c.car(560, 262, 0.72, one(c, hex("#c9ccce"), hex("#5f6d5a")), false)
	if !solved {
		c.car(330, 262, 0.72, one(c, hex("#3f4a5a"), hex("#a5a9ac")), false)
	}
	c.rect(hex("#8e8b82"), -60, 426, 760, 6)
	c.pavement(432, 140)
	if !solved {
		c.car(c.between(440, 560), 440, 1.15, one(c, hex("#b8b2a5"), hex("#6b7a6d")), false)
	}
}

// quiet is a street where nothing is wrong.
func quiet(c *canvas, _ bool) {
	if c.chance(0.5) {
		c.road(c.chance(0.5))
		return
	}
	c.street()
	c.tree(150, 330, 1.5)
	c.tree(500, 330, 1.6)
	c.bench(320, 386, 0.8, false)
}
