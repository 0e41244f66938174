using System.Globalization;
using System.Runtime.ExceptionServices;
using RetinaSharp.Datasets;

namespace RetinaSharp.Experiments.Scenes;

/// <summary>
/// Writes datasets of synthetic scenes in COCO layout: <c>annotations/train.json</c>, <c>annotations/val.json</c>, <c>train/</c>, <c>val/</c>.
/// </summary>
public static class SceneSet
{
    private const string TrainName = "train", ValName = "val", AnnotationFolder = "annotations";

    /// <summary>
    /// Generates and writes a dataset, using all CPUs. The same settings give the same annotation bytes and pixels on all machines. Annotations are written
    /// last; on failure, all files are deleted.
    /// </summary>
    /// <param name="folder">The folder of the dataset, which must be empty or not exist.</param>
    /// <param name="settings">Numbers of images, image size and seed.</param>
    /// <param name="progress">Receives the number of images written so far; called on worker threads, one at a time.</param>
    /// <param name="cancellationToken">Cancels the generation.</param>
    /// <returns>The training and the validation split.</returns>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    /// <exception cref="IOException">The folder is not empty, or cannot be written.</exception>
    /// <exception cref="Imaging.ImageException">An image cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The generation was canceled.</exception>
    public static (SceneSplit Train, SceneSplit Val) Write(
        string folder, SceneSettings settings, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate();
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new IOException($"{folder} is not empty: choose another folder, or empty it");
        var isNew = !Directory.Exists(folder);
        var gate = new Lock();
        var done = 0;
        try
        {
            var train = Draw(TrainName, settings.Train);
            var val = Draw(ValName, settings.Val);
            Directory.CreateDirectory(Path.Combine(folder, AnnotationFolder));
            Annotate(train);
            Annotate(val);
            return (train, val);
        }
        catch (Exception error)
        {
            Clear(folder, isNew);
            if (error is AggregateException { InnerException: { } first })
                ExceptionDispatchInfo.Throw(first);
            throw;
        }

        SceneSplit Draw(string split, int images)
        {
            Directory.CreateDirectory(Path.Combine(folder, split));
            var generator = new SceneGenerator(settings.Seed, settings.Size);
            var objects = new IReadOnlyList<SceneObject>[images];
            var clutter = 0;
            Parallel.For(0, images, new() { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
            {
                var scene = generator.Draw(split, i);
                scene.Image.Save(Path.Combine(folder, split, FileName(i)));
                objects[i] = scene.Objects;
                lock (gate)
                {
                    clutter += scene.Clutter;
                    progress?.Report(++done);
                }
            });
            return new(Path.Combine(folder, AnnotationFolder, $"{split}.json"), Collect(folder, split, settings.Size, objects),
                objects.Sum(list => list.Count(one => one.Visible < 1)), clutter);
        }

        // The description is part of the annotation files, whose bytes must not change within a recipe version.
        void Annotate(SceneSplit split) => CocoWriter.Write(split.File, split.Set, string.Create(CultureInfo.InvariantCulture,
            $"Generated scenes, recipe {SceneRecipe.Version}, size {settings.Size}, seed {settings.Seed}"));
    }

    private static DetectionDataset Collect(string folder, string split, int size, IReadOnlyList<SceneObject>[] objects)
    {
        var id = 0;
        return new()
        {
            Source = $"{folder}#{split}",
            Categories = SceneRecipe.Categories,
            Images =
            [
                .. objects.Select((list, i) => new AnnotatedImage
                {
                    Id = i + 1,
                    FileName = FileName(i),
                    Path = Path.GetFullPath(Path.Combine(folder, split, FileName(i))),
                    Width = size,
                    Height = size,
                    Annotations = [.. list.Select(one => new Annotation { Id = ++id, Category = one.Category, Box = one.Box, Area = one.Area })],
                }),
            ],
        };
    }

    private static string FileName(int image) => string.Create(CultureInfo.InvariantCulture, $"{image + 1:000000}.png");

    private static void Clear(string folder, bool all)
    {
        foreach (var part in (ReadOnlySpan<string>)[TrainName, ValName, AnnotationFolder])
            if (Path.Combine(folder, part) is var path && Directory.Exists(path))
                Directory.Delete(path, recursive: true);
        if (all && Directory.Exists(folder))
            Directory.Delete(folder);
    }
}
