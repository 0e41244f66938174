// Is everything equal to torchvision? eng/parity.sh calls this with the folder of torchvision_parity.py. Prints, by model, the worst
// difference of each kind, and exits with 1 where one exceeds its limit:
//     eng/parity.sh [MODEL...]
using System.Diagnostics;
using System.Globalization;
using RetinaSharp.Parity;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var script = args[0];
string[] models = args.Length > 1 ? args[1..] : ["v1-18", "v1-50", "v2-18", "v2-50"];
var rows = new List<(string Model, IReadOnlyList<Difference> Differences)>();
foreach (var model in models)
{
    var folder = Directory.CreateTempSubdirectory("retina-parity-");
    try
    {
        Console.Error.WriteLine($"{model}: torchvision computes");
        using var python = Process.Start(new ProcessStartInfo("python3", [script, .. model.Split('-'), folder.FullName]) { RedirectStandardOutput = false })!;
        python.WaitForExit();
        if (python.ExitCode != 0)
            return python.ExitCode;
        Console.Error.WriteLine($"{model}: RetinaSharp computes");
        using var comparison = new Comparison(folder.FullName);
        rows.Add((model, [.. comparison.Run()]));
    }
    finally
    {
        folder.Delete(recursive: true);
    }
}

Console.WriteLine($"| model | {string.Join(" | ", rows[0].Differences.Select(one => one.Kind))} |");
Console.WriteLine($"| --- |{string.Concat(rows[0].Differences.Select(_ => " --- |"))}");
Console.WriteLine($"| limit | {string.Join(" | ", rows[0].Differences.Select(one => $"{one.Limit:0.######}"))} |");
foreach (var (model, differences) in rows)
    Console.WriteLine($"| {model} | {string.Join(" | ", differences)} |");
return rows.All(row => row.Differences.All(one => one.IsWithin)) ? 0 : 1;
