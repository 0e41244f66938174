using RetinaSharp.Boxes;

namespace RetinaSharp.Evaluation.Tests;

/// <summary>Random ground truth of three classes in four images, and detections near to it: some of the right class, some of another, some of nothing.</summary>
internal static class RandomBoxes
{
    public static SampleDataset Create(int seed)
    {
        var random = new Random(seed);
        var sample = new SampleDataset([1, 2, 3], [1, 2, 3, 4]);
        for (var id = 1; id <= 60; id++)
        {
            var (image, category) = (random.Next(1, 5), id <= 3 ? id : random.Next(1, 4));
            var box = new BoxXywh(random.Next(150), random.Next(150), random.Next(10, 50), random.Next(10, 50));
            sample.Add(box, id, image, category, crowd: id % 20 == 0);
            for (var i = random.Next(3); i > 0; i--)
            {
                var moved = box with { X = box.X + random.Next(8) + random.NextDouble(), Y = box.Y + random.Next(8) };
                sample.Detect(moved, random.NextDouble(), image, random.Next(3) > 0 ? category : random.Next(1, 4));
            }

            sample.Detect(new(random.Next(150) + random.NextDouble(), random.Next(150), 20, 20), random.NextDouble() / 2, image, random.Next(1, 4));
        }

        return sample;
    }
}
