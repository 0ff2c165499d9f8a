import{a}from"./part-4HDLJFWN.js";export{a as attach};
