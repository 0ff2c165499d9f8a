import{a,b,c,d}from"./part-IIITHBXY.js";import"./part-564FBMTR.js";import"./part-GBZAVRBO.js";export{a as clamp,d as cover,b as keyed,c as spanned};
