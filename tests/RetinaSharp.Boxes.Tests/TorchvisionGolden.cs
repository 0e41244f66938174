using System.Text.Json;

namespace RetinaSharp.Boxes.Tests;

/// <summary>Expected values computed by torchvision 0.14.1.</summary>
internal static class TorchvisionGolden
{
    public static JsonElement Section(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(SharedData.At("golden", "torchvision-0.14.1.json")));
        return document.RootElement.GetProperty(name).Clone();
    }

    public static Box[] BoxesOf(this JsonElement section, string name) =>
        [.. section.GetProperty(name).EnumerateArray().Select(row => new Box(row[0].GetSingle(), row[1].GetSingle(), row[2].GetSingle(), row[3].GetSingle()))];

    public static BoxDelta[] DeltasOf(this JsonElement section, string name) =>
        [.. section.BoxesOf(name).Select(row => new BoxDelta(row.X1, row.Y1, row.X2, row.Y2))];

    public static float[] FloatsOf(this JsonElement section, string name) =>
        [.. section.GetProperty(name).EnumerateArray().Select(value => value.GetSingle())];

    public static int[] IntsOf(this JsonElement section, string name) =>
        [.. section.GetProperty(name).EnumerateArray().Select(value => value.GetInt32())];
}
