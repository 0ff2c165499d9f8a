import{a,b,c,d}from"./part-GHKMLUJB.js";export{c as attach,d as opened,b as step,a as wanted};
