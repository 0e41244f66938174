using System.Text.Json;
using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Inference;

namespace RetinaSharp.Cli.Reports;

/// <summary>Describes what every model has, trained or exported: categories, anchors, input size.</summary>
internal static class DetectionModelText
{
    public static (string Title, string Value) Classes(IEnumerable<Category> categories) => ("classes", string.Join(", ", categories.Select(category => category.Name)));

    public static (string Title, string Value) Levels(AnchorSettings anchors) => ("levels", $"P{anchors.MinLevel} to P{anchors.MaxLevel}");

    public static (string Title, string Value) Anchors(AnchorSettings anchors) => ("anchors", $"{anchors.BaseSize:0.###} strides x scales {Numbers(anchors.Scales)} x ratios {Numbers(anchors.Ratios)}");

    public static (string Title, string Value) Input(InputSize input) =>
        ("input", input.Stretches ? $"stretched to {input.Short} x {input.Short}" : $"short side {input.Short}, long side up to {input.Long}");

    public static (string Title, string Value) Slices(int tile) => ("slices", $"trained on overlapping slices of {tile} pixels, which eval and detect use by default (--tile)");

    /// <summary>Writes the categories as the property "classes" of the current JSON object.</summary>
    public static void WriteClasses(Utf8JsonWriter writer, IEnumerable<Category> categories)
    {
        writer.WriteStartArray("classes");
        foreach (var category in categories)
        {
            writer.WriteStartObject();
            writer.WriteString("category", category.Name);
            writer.WriteNumber("category_id", category.Id);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static string Numbers(IEnumerable<double> numbers) => string.Join(", ", numbers.Select(number => $"{number:0.###}"));
}
