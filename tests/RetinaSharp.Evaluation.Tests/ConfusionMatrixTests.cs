using RetinaSharp.Boxes;
using RetinaSharp.Datasets;

namespace RetinaSharp.Evaluation.Tests;

public sealed class ConfusionMatrixTests
{
    private static readonly BoxXywh Box = new(10, 10, 20, 20);
    private static readonly BoxXywh Near = new(12, 10, 20, 20);
    private static readonly BoxXywh Elsewhere = new(300, 300, 20, 20);

    [Fact]
    public void Compute_EveryCase_IsAsWorkedByHand()
    {
        var sample = new SampleDataset([3, 1], [1, 2])
            .Add(Box, id: 1).Add(new(100, 10, 20, 20), id: 2).Add(new(200, 10, 20, 20), id: 3, category: 3).Add(new(400, 400, 20, 20), id: 4)
            .Add(new(0, 200, 90, 90), id: 5, crowd: true)
            .Detect(Box, .9)                                     // right
            .Detect(Near, .8)                                    // a second one of the same box
            .Detect(new(101, 10, 20, 20), .7, category: 3)       // class 1 taken for class 3
            .Detect(new(200, 11, 20, 20), .6, category: 3)       // right
            .Detect(Elsewhere, .5, category: 3, image: 2)        // nothing there
            .Detect(new(20, 220, 20, 20), .5)                    // in the crowd
            .Detect(new(400, 400, 20, 20), .2);                  // below the threshold

        var matrix = ConfusionMatrix.Compute(sample.GroundTruth, sample.Detections, .25);

        Assert.Equal([1, 3], matrix.Categories.Select(category => category.Id));
        Assert.Equal(2, matrix.Background);
        Assert.Equal([[1, 1, 1], [0, 1, 0], [1, 1, 0]], Rows(matrix));
        Assert.Equal(2, ConfusionMatrix.Compute(sample.GroundTruth, sample.Detections, .2)[0, 0]);
    }

    [Fact]
    public void Compute_RightClassWithLowerScore_IsNoConfusion()
    {
        var sample = new SampleDataset([1, 2], [1]).Add(Box).Detect(Box, .9, category: 2).Detect(Near, .5);

        Assert.Equal([[1, 0, 0], [0, 0, 0], [0, 1, 0]], Rows(ConfusionMatrix.Compute(sample.GroundTruth, sample.Detections, .3)));
        // Without it the same detection is one.
        Assert.Equal([[0, 1, 0], [0, 0, 0], [0, 0, 0]], Rows(ConfusionMatrix.Compute(sample.GroundTruth, sample.Detections, .6)));
    }

    [Fact]
    public void Compute_TwoBoxesInReach_TakesTheNearest()
    {
        var sample = new SampleDataset([1, 2, 3], [1]).Add(Near, id: 1, category: 1).Add(Box, id: 2, category: 2).Detect(Box, .9, category: 3);

        var matrix = ConfusionMatrix.Compute(sample.GroundTruth, sample.Detections, .3);

        Assert.Equal((1, 0), (matrix[1, 2], matrix[0, 2]));
        Assert.Equal((1, 0), (matrix[0, matrix.Background], matrix[1, matrix.Background]));
    }

    [Fact]
    public void Compute_TwoDetectionsOfOneBox_TheHigherScoreIsMatched()
    {
        var sample = new SampleDataset([1, 2, 3], [1]).Add(Box).Detect(Near, .8, category: 3).Detect(Box, .7, category: 2);

        var matrix = ConfusionMatrix.Compute(sample.GroundTruth, sample.Detections, .3);

        Assert.Equal((1, 0), (matrix[0, 2], matrix[0, 1]));
        Assert.Equal(1, matrix[matrix.Background, 1]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Compute_RandomBoxes_IsWhatPlainMatchingGives(int seed)
    {
        var sample = RandomBoxes.Create(seed);
        var (groundTruth, confused) = (sample.GroundTruth, 0);
        foreach (var threshold in (double[])[0, .2, .5, .8])
        {
            var matrix = ConfusionMatrix.Compute(groundTruth, sample.Detections, threshold);
            Assert.Equal(Plain(groundTruth, sample.Detections, threshold), Rows(matrix));
            confused += Rows(matrix).Index().Sum(row => row.Item.Index().Where(cell => cell.Index != row.Index && cell.Index < matrix.Background && row.Index < matrix.Background).Sum(cell => cell.Item));
        }

        // The case has what it is to test.
        Assert.InRange(confused, 5, 1000);
    }

    [Fact]
    public void Compute_DiagonalAndSums_GiveTheF1OfTheCurves()
    {
        var sample = RandomBoxes.Create(seed: 9);
        var best = F1Curves.Compute(sample.GroundTruth, sample.Detections).Overall.Best!.Value;
        var matrix = ConfusionMatrix.Compute(sample.GroundTruth, sample.Detections, best.Threshold);

        var f1 = Enumerable.Range(0, matrix.Background).Average(index =>
            2.0 * matrix[index, index] / Enumerable.Range(0, matrix.Background + 1).Sum(other => matrix[index, other] + matrix[other, index]));

        Assert.Equal(best.F1, f1, 1e-12);
    }

    [Fact]
    public void Compute_UnknownImage_IsRefused()
    {
        var sample = new SampleDataset([1], [1]).Detect(Box, .5, image: 44);
        Assert.Throws<DatasetException>(() => ConfusionMatrix.Compute(sample.GroundTruth, sample.Detections, .3));
    }

    private static int[][] Rows(ConfusionMatrix matrix) =>
        [.. Enumerable.Range(0, matrix.Background + 1).Select(actual => Enumerable.Range(0, matrix.Background + 1).Select(predicted => matrix[actual, predicted]).ToArray())];

    /// <summary>The matrix by its definition, image by image.</summary>
    private static int[][] Plain(DetectionDataset groundTruth, IReadOnlyList<DetectionResult> detections, double threshold)
    {
        var background = groundTruth.Categories.Count;
        int[][] counts = [.. Enumerable.Range(0, background + 1).Select(_ => new int[background + 1])];
        var matches = new Dictionary<DetectionResult, Annotation?>();
        for (var category = 0; category < background; category++)
            foreach (var (detection, match) in PlainMatching.OfClass(groundTruth, detections, category, threshold, out var ordered).Zip(ordered, (match, detection) => (detection, match)))
                matches.Add(detection, match);
        foreach (var image in groundTruth.Images)
        {
            var free = image.Annotations.Where(box => !box.IsCrowd && !matches.Values.Any(match => match?.Id == box.Id)).ToList();
            foreach (var (detection, match) in matches.Where(one => one.Key.ImageId == image.Id).OrderByDescending(one => one.Key.Score))
            {
                var predicted = groundTruth.Categories.ToList().FindIndex(category => category.Id == detection.CategoryId);
                if (match is { IsCrowd: true })
                    continue;
                var actual = match ?? free.Where(box => Iou.ComputeCoco(detection.Box, box.Box) >= .5).MaxBy(box => Iou.ComputeCoco(detection.Box, box.Box));
                counts[actual?.Category ?? background][predicted]++;
                if (match is null && actual is not null)
                    free.Remove(actual);
            }

            foreach (var box in free)
                counts[box.Category][background]++;
        }

        return counts;
    }
}
