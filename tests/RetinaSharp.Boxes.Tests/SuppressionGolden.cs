using System.Text.Json;

namespace RetinaSharp.Boxes.Tests;

/// <summary>The papers' formulas of Soft-NMS, weighted boxes fusion and score voting in fp64; see Golden/make_suppression_golden.py.</summary>
internal static class SuppressionGolden
{
    private static readonly JsonElement Golden = Read();

    public static Box[] Boxes => Golden.BoxesOf("boxes");

    public static float[] Scores => Golden.FloatsOf("scores");

    public static int[] Labels => Golden.IntsOf("labels");

    public static double[] Weights => [.. Golden.FloatsOf("weights")];

    public static JsonElement Section(string name) => Golden.GetProperty(name);

    private static JsonElement Read()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "tests", "RetinaSharp.Boxes.Tests", "Golden", "suppression.json")));
        return document.RootElement.Clone();
    }
}
