using RetinaSharp.Datasets;
using RetinaSharp.Detection.Data;
using RetinaSharp.Imaging;
using RetinaSharp.Inference;
using RetinaSharp.Inference.Batching;

namespace RetinaSharp.Detection.Tests.Data;

public class EvaluationLoaderTests
{
    private static readonly InputSize Size = new(96, 200);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Batches_Images_AreScaledInOrderAndPadded(int workers)
    {
        using var pictures = Pictures.Mixed(7);
        var loader = new EvaluationLoader(pictures.Images, Size, new() { BatchSize = 3, Workers = workers });
        var next = 0;
        foreach (var batch in loader.Batches())
        {
            using var used = batch;
            Assert.Equal(0, batch.Width % 32 + batch.Height % 32);
            Assert.Equal(Math.Min(3, 7 - next), batch.Count);
            for (var i = 0; i < batch.Count; i++, next++)
            {
                var geometry = Size.Fit(pictures.Images[next].Width, pictures.Images[next].Height);
                Assert.Equal(geometry, batch.Images[i]);
                var scaled = Image.Load(pictures.Images[next].Path).Resize(geometry.Width, geometry.Height).Pixels;
                for (var y = 0; y < batch.Height; y++)
                {
                    var row = batch.Pixels.Slice((i * batch.Height + y) * batch.Width * 3, batch.Width * 3);
                    var inside = y < geometry.Height ? geometry.Width * 3 : 0;
                    Assert.True(row[..inside].SequenceEqual(scaled.Slice(Math.Min(y, geometry.Height - 1) * geometry.Width * 3, inside)));
                    Assert.False(row[inside..].ContainsAnyExcept((byte)0));
                }
            }
        }

        Assert.Equal(7, next);
        Assert.Equal(3, loader.BatchCount);
        Assert.Equal(loader.Pool.Created, loader.Pool.Free);
    }

    [Fact]
    public void BatchCount_LargestBatch_IsOne()
    {
        using var pictures = Pictures.Mixed(2);

        Assert.Equal(1, new EvaluationLoader(pictures.Images, Size, new() { BatchSize = int.MaxValue }).BatchCount);
    }

    [Fact]
    public void Compute_MoreThanAnArrayHolds_ThrowsBeforeMemoryIsAskedFor() =>
        Assert.Contains("do not fit in one batch", Assert.Throws<InsufficientMemoryException>(() => PaddedSize.Compute(Enumerable.Repeat((16_000, 16_000), 3).ToArray())).Message);

    [Fact]
    public void Of_DecodedImages_IsAsFromTheLoader()
    {
        using var pictures = Pictures.Mixed(3);
        using var loaded = new EvaluationLoader(pictures.Images, Size, new() { BatchSize = 3 }).Batches().Single();

        using var direct = ImageBatch.Create([.. pictures.Images.Select(image => Image.Load(image.Path))], Size, new());

        Assert.Equal(loaded.Images, direct.Images);
        Assert.True(loaded.Pixels.SequenceEqual(direct.Pixels));
    }

    [SharedDataFact]
    public void Batches_BadImages_NameTheFile()
    {
        foreach (var path in Directory.EnumerateFiles(SharedData.At("data", "bad-input", "images")))
        {
            var source = Pictures.Describe(64, 64) with { Path = path };
            var error = Record.Exception(() =>
            {
                foreach (var batch in new EvaluationLoader([source], Size, new()).Batches())
                    batch.Dispose();
            });
            Assert.True(error is ImageException or DatasetException, $"{path}: {error}");
            Assert.Contains(path, error.Message);
        }
    }
}
