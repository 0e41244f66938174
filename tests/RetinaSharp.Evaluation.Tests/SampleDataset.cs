using RetinaSharp.Boxes;
using RetinaSharp.Datasets;

namespace RetinaSharp.Evaluation.Tests;

/// <summary>Ground truth made by hand, with detections.</summary>
internal sealed class SampleDataset
{
    private readonly Dictionary<long, List<Annotation>> _images = [];
    private readonly List<Category> _categories = [];
    private readonly List<DetectionResult> _detections = [];

    public SampleDataset(long[] categories, long[] images)
    {
        _categories.AddRange(categories.Select(id => new Category(id, $"class {id}")));
        foreach (var id in images)
            _images.Add(id, []);
    }

    public IReadOnlyList<DetectionResult> Detections => _detections;

    public DetectionDataset GroundTruth => new()
    {
        Source = "sample",
        Categories = _categories,
        Images = [.. _images.Select(image => new AnnotatedImage
        {
            Id = image.Key, FileName = $"{image.Key}.jpg", Path = "", Width = 640, Height = 480, Annotations = image.Value,
        })],
    };

    public SampleDataset Add(BoxXywh box, long id = 1, long image = 1, long category = 1, double? area = null, bool crowd = false)
    {
        _images[image].Add(new()
        {
            Id = id,
            Category = _categories.FindIndex(c => c.Id == category),
            Box = box,
            Area = area ?? box.Area,
            IsCrowd = crowd,
        });
        return this;
    }

    public SampleDataset Detect(BoxXywh box, double score, long image = 1, long category = 1)
    {
        _detections.Add(new(image, category, box, score));
        return this;
    }

    public CocoMetrics Evaluate(CocoEvaluatorOptions? options = null) => CocoEvaluator.Evaluate(GroundTruth, _detections, options);
}
