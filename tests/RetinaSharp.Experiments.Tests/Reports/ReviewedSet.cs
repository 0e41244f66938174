using RetinaSharp.Datasets;
using RetinaSharp.Evaluation;
using RetinaSharp.Experiments.Reports;
using RetinaSharp.Imaging;

namespace RetinaSharp.Experiments.Tests.Reports;

/// <summary>Two annotated images with detections.</summary>
internal static class ReviewedSet
{
    public static DetectionDataset Create(Sample sample, string secondClass = "ring")
    {
        new Image(200, 100, Gray(200 * 100)).Save(sample.At("wide.png"));
        new Image(60, 60, Gray(60 * 60)).Save(sample.At("small.png"));
        return new()
        {
            Source = "reviewed",
            Categories = [new(1, "disc"), new(7, secondClass)],
            Images =
            [
                Image(sample, 4, "wide.png", 200, 100, Box(1, 0, 10, 10, 40, 40), Box(2, 1, 100, 20, 40, 40), Box(3, 0, 150, 50, 30, 30), Box(4, 1, 0, 60, 60, 40) with { IsCrowd = true }, Box(6, 1, 60, 60, 20, 20)),
                Image(sample, 2, "small.png", 60, 60, Box(5, 1, 0, 0, 30, 40)),
            ],
        };
    }

    /// <summary>A disc detected twice; a ring detected as disc; a disc with a low score; rings where there is none, in the crowd, and detected.</summary>
    public static IReadOnlyList<DetectionResult> Detections { get; } =
    [
        new(4, 1, new(10, 10, 40, 40), .95), new(4, 1, new(12, 10, 40, 40), .6), new(4, 1, new(100, 20, 40, 38), .8),
        new(4, 1, new(150, 50, 30, 30), .2), new(2, 7, new(45, 45, 12, 12), .9), new(4, 7, new(5, 65, 20, 20), .7), new(4, 7, new(60, 60, 20, 20), .85),
    ];

    public static EvaluatedDataset Measure(Sample sample, string secondClass = "ring")
    {
        var groundTruth = Create(sample, secondClass);
        return new(groundTruth, new(CocoEvaluator.Evaluate(groundTruth, Detections), Detections, groundTruth.Images.Count, Seconds: 1));
    }

    private static byte[] Gray(int pixels)
    {
        var bytes = new byte[3 * pixels];
        Array.Fill(bytes, (byte)128);
        return bytes;
    }

    private static AnnotatedImage Image(Sample sample, long id, string name, int width, int height, params Annotation[] annotations) =>
        new() { Id = id, FileName = name, Path = sample.At(name), Width = width, Height = height, Annotations = annotations };

    private static Annotation Box(long id, int category, double x, double y, double width, double height) =>
        new() { Id = id, Category = category, Box = new(x, y, width, height), Area = width * height };
}
