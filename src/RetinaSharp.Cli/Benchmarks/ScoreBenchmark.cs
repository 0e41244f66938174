using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Evaluation;

namespace RetinaSharp.Cli.Benchmarks;

/// <summary>
/// Times the computation of COCO metrics on generated ground truth and detections: true positives with inexact boxes, duplicates and many false
/// positives. 5,000 images with 80 classes are the size of COCO val2017.
/// </summary>
/// <param name="images">Number of images.</param>
internal sealed class ScoreBenchmark(int images) : IBenchmark
{
    /// <summary>Number of images of COCO val2017.</summary>
    public const int Images = 5000;

    private const int Classes = 80, ObjectsPerImage = 7, DetectionsPerImage = 100;

    public int Count => 1;

    public IEnumerable<Timing> Run(BenchmarkTimer timer)
    {
        var random = new Random(0);
        var groundTruth = new DetectionDataset
        {
            Source = "generated",
            Categories = [.. Enumerable.Range(1, Classes).Select(id => new Category(id, $"class {id}"))],
            Images = [.. Enumerable.Range(1, images).Select(Image)],
        };
        DetectionResult[] detections = [.. groundTruth.Images.SelectMany(Detections)];
        yield return timer.Measure($"score {images} images x {DetectionsPerImage} detections", 0, () => CocoEvaluator.Evaluate(groundTruth, detections));

        AnnotatedImage Image(int id) => new()
        {
            Id = id,
            FileName = $"{id}.jpg",
            Path = $"{id}.jpg",
            Width = 640,
            Height = 480,
            Annotations = [.. Enumerable.Range(0, ObjectsPerImage).Select(index => Object(id * ObjectsPerImage + index))],
        };

        Annotation Object(long id)
        {
            var box = RandomBox();
            return new() { Id = id, Category = random.Next(Classes), Box = box, Area = box.Area };
        }

        BoxXywh RandomBox() => new(500 * random.NextDouble(), 350 * random.NextDouble(), 10 + 130 * random.NextDouble(), 10 + 120 * random.NextDouble());

        IEnumerable<DetectionResult> Detections(AnnotatedImage image)
        {
            for (var i = 0; i < DetectionsPerImage; i++)
            {
                if (i >= 2 * ObjectsPerImage)
                {
                    yield return new(image.Id, 1 + random.Next(Classes), RandomBox(), .5 * random.NextDouble());
                    continue;
                }

                var annotation = image.Annotations[i % ObjectsPerImage];
                var (x, y, width, height) = annotation.Box;
                yield return new(image.Id, 1 + annotation.Category, new(x + Jitter(width), y + Jitter(height), width + Jitter(width), height + Jitter(height)), random.NextDouble());
            }
        }

        double Jitter(double side) => side * .2 * (random.NextDouble() - .5);
    }
}
