import{a,b,c,d}from"./part-75XO2XCR.js";import"./part-564FBMTR.js";import"./part-WDKX2W33.js";export{a as clamp,d as cover,b as keyed,c as spanned};
