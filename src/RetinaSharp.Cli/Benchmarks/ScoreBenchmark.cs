using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Evaluation;

namespace RetinaSharp.Cli.Benchmarks;

/// <summary>
/// Times COCO's figures of a detector that finds most objects, some of them twice and not quite, and much that is none. 5,000 images with
/// 80 classes are COCO's validation set.
/// </summary>
internal sealed class ScoreBenchmark(int images) : IBenchmark
{
    /// <summary>Images of COCO's validation set.</summary>
    public const int Images = 5000;

    private const int Classes = 80, ObjectsPerImage = 7, DetectionsPerImage = 100;

    public int Figures => 1;

    public IEnumerable<Timing> Run(Stopper stopper)
    {
        var random = new Random(0);
        var truth = new DetectionDataset
        {
            Source = "generated",
            Categories = [.. Enumerable.Range(1, Classes).Select(id => new Category(id, $"class {id}"))],
            Images = [.. Enumerable.Range(1, images).Select(Image)],
        };
        DetectionResult[] detections = [.. truth.Images.SelectMany(Detections)];
        yield return stopper.Measure($"score {images} images x {DetectionsPerImage} detections", 0, () => CocoEvaluator.Evaluate(truth, detections));

        AnnotatedImage Image(int id) => new()
        {
            Id = id,
            FileName = $"{id}.jpg",
            Path = $"{id}.jpg",
            Width = 640,
            Height = 480,
            Annotations = [.. Enumerable.Range(0, ObjectsPerImage).Select(place => Object(id * ObjectsPerImage + place))],
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

                var found = image.Annotations[i % ObjectsPerImage];
                var (x, y, width, height) = found.Box;
                yield return new(image.Id, 1 + found.Category, new(x + Off(width), y + Off(height), width + Off(width), height + Off(height)), random.NextDouble());
            }
        }

        double Off(double side) => side * .2 * (random.NextDouble() - .5);
    }
}
