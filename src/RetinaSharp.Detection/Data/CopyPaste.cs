using RetinaSharp.Boxes;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Inference;

namespace RetinaSharp.Detection.Data;

/// <summary>
/// Copy-paste (Ghiasi et al.) with boxes in place of masks: a random subset of the objects of another image, which is augmented by itself, is cut out by their
/// boxes and pasted at random positions.
/// </summary>
internal static class CopyPaste
{
    private const string Role = "copy-paste";
    private const int MaxObjects = 20;
    private const int MaxTrials = 10;

    // Smaller objects cannot be recognized.
    private const float MinSide = 4;

    /// <summary>Draws whether objects are pasted into a sample, and pastes them.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="settings">The augmentation.</param>
    /// <param name="size">Input size of the network.</param>
    /// <param name="random">Generators of the sample's random draws.</param>
    /// <param name="draw">Draws another image of the dataset.</param>
    public static TrainingSample Apply(TrainingSample sample, AugmentationSettings settings, InputSize size, SampleRandom random, Func<RandomStream, SampleRandom, LoadedImage> draw)
    {
        var draws = random.For(Role);
        if (!draws.NextBool(settings.CopyPaste))
            return sample;
        var ownRandom = random.OfImage(Role);
        var (source, pixels) = draw(draws, ownRandom);
        var other = ImageAugmentation.Draw(settings, size, source, pixels, ownRandom).Images[0];
        var candidates = Objects(other, sample);
        if (candidates.Length == 0)
            return sample;
        draws.Shuffle<PixelRect>(candidates);
        var count = 1 + draws.NextInt(Math.Min(MaxObjects, candidates.Length));

        var images = sample.Images.ToList();
        var target = BatchImage.Create(sample, settings.MinVisible);
        var covered = target.Boxes.Select(box => (Box: box, Share: 0f)).ToList();
        foreach (var candidate in candidates.Take(count))
            for (var trial = 0; trial < MaxTrials; trial++)
            {
                var (x, y) = (draws.NextInt(sample.Width - candidate.Width + 1), draws.NextInt(sample.Height - candidate.Height + 1));
                var pasted = new PixelRect(x, y, x + candidate.Width, y + candidate.Height);
                var shares = covered.Select(one => one.Share + (pasted.Clip(one.Box).Area / one.Box.Area)).ToArray();
                if (shares.Any(share => share > settings.CopyPasteMaxCover))
                    continue;
                for (var i = 0; i < shares.Length; i++)
                    covered[i] = covered[i] with { Share = shares[i] };
                covered.Add((new(pasted.Left, pasted.Top, pasted.Right, pasted.Bottom), 0));
                var cut = other.Placement with { Clip = candidate };
                images.Add(other with { Placement = cut.Move(pasted.Left - candidate.Left, pasted.Top - candidate.Top) });
                break;
            }

        return sample with { Images = images };
    }

    /// <summary>Returns the rectangles of the objects of an image, where it is placed, that fit into a sample.</summary>
    private static PixelRect[] Objects(PlacedImage image, TrainingSample sample) =>
    [
        .. image.Source.Annotations.Where(annotation => !annotation.IsCrowd && !image.Source.IsDegenerate(annotation))
            .Select(annotation => image.Placement.Apply(annotation.Box.ToCorners().Clip(image.Source.Width, image.Source.Height)))
            .Where(box => box.Width >= MinSide && box.Height >= MinSide)
            .Select(box => WholePixels(box).Intersect(image.Placement.Extent))
            .Where(rect => rect.Width <= sample.Width && rect.Height <= sample.Height),
    ];

    private static PixelRect WholePixels(Box box) =>
        new((int)MathF.Floor(box.X1), (int)MathF.Floor(box.Y1), (int)MathF.Ceiling(box.X2), (int)MathF.Ceiling(box.Y2));
}
