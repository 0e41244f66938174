using System.Security.Cryptography;
using RetinaSharp.Boxes;
using RetinaSharp.Experiments.Scenes;

namespace RetinaSharp.Experiments.Tests.Scenes;

public sealed class SceneGeneratorTests
{
    [Fact]
    public void Draw_SameSeedSplitAndNumber_GivesTheSameScene()
    {
        var one = new SceneGenerator(seed: 3).Draw("train", 5);
        var again = new SceneGenerator(seed: 3).Draw("train", 5);

        Assert.Equal(one.Image.Pixels, again.Image.Pixels);
        Assert.Equal(one.Objects, again.Objects);
        Assert.Equal(one.Clutter, again.Clutter);
    }

    [Theory]
    [InlineData(4, "train", 5)]
    [InlineData(3, "val", 5)]
    [InlineData(3, "train", 6)]
    public void Draw_AnotherSeedSplitOrNumber_GivesAnotherScene(long seed, string split, int number)
    {
        var one = new SceneGenerator(seed: 3).Draw("train", 5);
        var other = new SceneGenerator(seed).Draw(split, number);

        Assert.NotEqual(one.Image.Pixels.ToArray(), other.Image.Pixels.ToArray());
        Assert.NotEqual(one.Objects, other.Objects);
    }

    /// <summary>Once the recipe is frozen: where these differ, its version has to.</summary>
    [Theory]
    [InlineData(0, "9D34E7E524493FB73D105689A97AB1893D1018A3BFAC2D1FC4B90D00711A34C4")]
    [InlineData(1, "A42FDFD1A2C5B844B07D1F30FFB99D0DB50C193E14F1F0EC0322B7DE33506645")]
    [InlineData(2, "E0E5F6155C6695999DABB391709F47B559ADBF6F96C07DE4601AF536C47EF65F")]
    public void Draw_Version1_GivesThesePixels(int number, string hash)
    {
        Assert.Equal(1, SceneRecipe.Version);
        var scene = new SceneGenerator().Draw("train", number);

        Assert.Equal(hash, Convert.ToHexString(SHA256.HashData(scene.Image.Pixels)));
    }

    [Fact]
    public void Draw_AnotherSize_GivesTheSameSceneLarger()
    {
        var small = new SceneGenerator(size: 256).Draw("train", 1);
        var large = new SceneGenerator(size: 512).Draw("train", 1);

        Assert.Equal((512, 512), (large.Image.Width, large.Image.Height));
        Assert.Equal(small.Objects.Select(one => one.Category), large.Objects.Select(one => one.Category));
        foreach (var (one, other) in small.Objects.Zip(large.Objects))
        {
            Assert.Equal(2 * one.Box.X, other.Box.X, 2.0);
            Assert.Equal(2 * one.Box.Y, other.Box.Y, 2.0);
            Assert.Equal(2 * one.Box.Width, other.Box.Width, 2.0);
            Assert.Equal(2 * one.Box.Height, other.Box.Height, 2.0);
        }
    }

    [Theory]
    [InlineData(SceneRecipe.MinSize)]
    [InlineData(SceneRecipe.DefaultSize)]
    [InlineData(300)]
    public void Draw_ManyScenes_ObjectsAreWithinTheImageAndMostlyVisible(int size)
    {
        var generator = new SceneGenerator(seed: 1, size);
        for (var number = 0; number < 30; number++)
        {
            var scene = generator.Draw("train", number);
            Assert.InRange(scene.Objects.Count, SceneRecipe.MinObjects, SceneRecipe.MaxObjects);
            Assert.All(scene.Objects, one =>
            {
                Assert.InRange(one.Category, 0, SceneRecipe.Categories.Count - 1);
                Assert.True(one.Box.X >= 0 && one.Box.Y >= 0 && one.Box.X + one.Box.Width <= size && one.Box.Y + one.Box.Height <= size, $"{one.Box}");
                Assert.InRange(one.Area, .2 * one.Box.Area, one.Box.Area);
                // Pixels of another size cover a shape a little differently.
                Assert.InRange(one.Visible, SceneRecipe.MinVisible - .1, 1);
            });
        }
    }

    /// <summary>Each object drawn alone, white on black, fills its box to the last row and column.</summary>
    [Theory]
    [InlineData(SceneRecipe.DefaultSize)]
    [InlineData(200)]
    public void Draw_ItsBoxes_AreTightAroundThePixelsOfEachObjectAlone(int size)
    {
        var generator = new SceneGenerator(seed: 2, size);
        for (var number = 0; number < 20; number++)
        {
            var shapes = generator.Compose("train", number).Composition.Objects;
            var objects = generator.Draw("train", number).Objects;
            Assert.Equal(shapes.Count, objects.Count);
            foreach (var (shape, one) in shapes.Zip(objects))
            {
                var canvas = new Canvas(size);
                canvas.Draw(shape with { Color = new(1, 1, 1), Relief = 0 });
                var pixels = canvas.ToImage().Pixels;
                var lit = new List<(int X, int Y)>();
                for (var i = 0; i < size * size; i++)
                    // Half covered; the rim is drawn at .7 of the color.
                    if (pixels[3 * i] >= 255 * .7 / 2)
                        lit.Add((i % size, i / size));
                var (left, top) = (lit.Min(pixel => pixel.X), lit.Min(pixel => pixel.Y));
                Assert.Equal(one.Box, new BoxXywh(left, top, lit.Max(pixel => pixel.X) + 1 - left, lit.Max(pixel => pixel.Y) + 1 - top));
                Assert.Equal(one.Area, lit.Count, .02 * lit.Count);
            }
        }
    }

    [Theory]
    [InlineData(SceneRecipe.MinSize - 1)]
    [InlineData(SceneRecipe.MaxSize + 1)]
    public void Constructor_SizeOutOfRange_IsRefused(int size) => Assert.Throws<ArgumentOutOfRangeException>(() => new SceneGenerator(size: size));
}
