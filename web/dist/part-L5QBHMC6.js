import{a,b,c,d,e,f,g,h}from"./part-2IIU6N3Q.js";import"./part-JWVMNCI6.js";export{d as Client,a as atMost,f as attach,c as backoff,b as lookAfter,h as merge,e as sharedClient,g as takeAway};
