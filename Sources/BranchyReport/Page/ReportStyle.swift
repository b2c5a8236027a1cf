/// How a report looks, in light and in dark, on a phone and on paper.
enum ReportStyle {
    static let sheet: StaticString = """
        :root {
          --paper: #ffffff; --card: #f6f7f9; --text: #1a1f26; --soft: #525c69; --edge: #d5dae0;
          --blue: #0b62b5; --green: #0d7a4b; --orange: #b54a00; --purple: #7a3aa8;
          --gray: #66707d; --wrong: #b3261e; --warning: #fff3d6; --on-bar: #ffffff;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --paper: #14181d; --card: #1d232a; --text: #e8ebef; --soft: #a9b3bf; --edge: #38424d;
            --blue: #6cb2f5; --green: #4ecb93; --orange: #f5a05a; --purple: #c99cf0;
            --gray: #94a0ad; --wrong: #ff8d84; --warning: #43361a; --on-bar: #14181d;
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0; background: var(--paper); color: var(--text);
          font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
        }
        main { max-width: 960px; margin: 0 auto; padding: 16px; }
        h1 { font-size: 1.7em; line-height: 1.2; margin: 0.4em 0; overflow-wrap: anywhere; }
        h2 {
          font-size: 1.25em; margin: 2em 0 0.6em; border-top: 1px solid var(--edge);
          padding-top: 1em;
        }
        h3 { font-size: 1em; margin: 1.4em 0 0.4em; }
        h4 { font-size: 0.85em; margin: 0.6em 0 0.2em; font-weight: 600; color: var(--soft); }
        p { margin: 0.6em 0; max-width: 46em; }
        .remark, figcaption, small { color: var(--soft); font-size: 0.88em; }
        .warning {
          background: var(--warning); border-left: 4px solid var(--orange); padding: 0.6em 0.8em;
        }
        .tiles {
          list-style: none; margin: 0; padding: 0; display: grid; gap: 12px;
          grid-template-columns: repeat(auto-fit, minmax(165px, 1fr));
        }
        .tiles li {
          background: var(--card); border: 1px solid var(--edge); border-radius: 8px;
          padding: 12px; display: flex; flex-direction: column; overflow-wrap: anywhere;
        }
        .tiles strong { font-size: 1.5em; line-height: 1.2; }
        figure {
          margin: 0 0 12px; max-width: 470px; background: var(--card);
          border: 1px solid var(--edge); border-radius: 8px; padding: 12px;
        }
        figcaption { margin-top: 8px; }
        .pair {
          display: grid; gap: 12px;
          grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr));
        }
        .pair figure { margin: 0; }
        .plot { display: block; width: 100%; height: auto; }
        .plot text {
          font: 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: var(--text);
        }
        .plot .axis { fill: var(--soft); }
        .plot .on-bar { fill: var(--on-bar); }
        .grid { stroke: var(--edge); stroke-width: 1; }
        .frame { stroke: var(--gray); stroke-width: 1; }
        .line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
        .dashed { stroke-dasharray: 5 4; stroke-width: 1.5; }
        .rule { stroke-width: 1.5; stroke-dasharray: 3 3; }
        .line.blue, .rule.blue { stroke: var(--blue); }
        .line.green, .rule.green { stroke: var(--green); }
        .line.orange, .rule.orange { stroke: var(--orange); }
        .line.purple, .rule.purple { stroke: var(--purple); }
        .line.gray, .rule.gray { stroke: var(--gray); }
        .point { stroke: var(--card); stroke-width: 1; }
        circle.ring { fill: none; stroke-width: 2.5; }
        .ring.green { stroke: var(--green); }
        .blue { fill: var(--blue); } .green { fill: var(--green); } .orange { fill: var(--orange); }
        .purple { fill: var(--purple); } .gray { fill: var(--gray); }
        polyline.line { fill: none; }
        .wide {
          overflow-x: auto; margin: 12px 0; border: 1px solid var(--edge); border-radius: 8px;
        }
        .wide:focus-visible { outline: 2px solid var(--blue); }
        table {
          border-collapse: collapse; width: 100%; font-size: 0.88em;
          font-variant-numeric: tabular-nums;
        }
        caption {
          position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
        }
        th, td { padding: 6px 10px; text-align: right; white-space: nowrap; }
        th { font-weight: 600; }
        thead th {
          background: var(--card); color: var(--soft); font-weight: 500; vertical-align: bottom;
        }
        th:first-child {
          text-align: left; max-width: 16em; overflow: hidden; text-overflow: ellipsis;
        }
        tbody tr { border-top: 1px solid var(--edge); }
        .pictures {
          list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 8px;
        }
        .pictures li {
          width: 76px; font-size: 0.75em; line-height: 1.3; text-align: center;
          overflow-wrap: anywhere;
        }
        .pictures img {
          display: block; margin: 0 auto 2px; width: 56px; height: 56px; object-fit: contain;
          image-rendering: pixelated; border: 2px solid var(--edge); border-radius: 4px;
        }
        .pictures .wrong { color: var(--wrong); }
        .pictures .wrong img { border-color: var(--wrong); }
        dl { margin: 0; font-size: 0.9em; }
        dl div {
          display: grid; grid-template-columns: minmax(6em, 24%) 1fr; gap: 0 12px; padding: 4px 0;
          border-top: 1px solid var(--edge);
        }
        dt { color: var(--soft); }
        dd { margin: 0; overflow-wrap: anywhere; }
        pre {
          background: var(--card); border: 1px solid var(--edge); border-radius: 8px; padding: 10px;
          font-size: 0.82em; white-space: pre-wrap; overflow-wrap: anywhere;
        }
        summary { cursor: pointer; margin: 1em 0 0.4em; }
        @media print {
          :root {
            --paper: #ffffff; --card: #ffffff; --text: #000000; --soft: #444444; --edge: #bbbbbb;
            --blue: #0b62b5; --green: #0d7a4b; --orange: #b54a00; --purple: #7a3aa8;
            --gray: #66707d; --wrong: #b3261e; --warning: #ffffff; --on-bar: #ffffff;
          }
          body { font-size: 13px; }
          .wide { overflow: visible; border: 0; }
          th, td { white-space: normal; padding: 3px 5px; }
          figure, tr, .tiles li, .pictures li { break-inside: avoid; }
          h2, h3, h4 { break-after: avoid; }
          * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
        }

        """
}
