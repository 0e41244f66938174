using System.Runtime.CompilerServices;
using RetinaSharp.Datasets;
using RetinaSharp.Imaging;
using RetinaSharp.Inference.Pipelines;
using RetinaSharp.Inference.Postprocessing;

namespace RetinaSharp.Inference;

/// <summary>
/// A detector made of several detectors, whose detections are merged by weighted boxes fusion (Solovyev, Wang, Gabruseva, arXiv 1910.13302):
/// overlapping boxes of a class become their mean, weighted by score and member. The score is the weighted mean over the members that know the
/// class; a member that did not find the object counts as 0. Thread-safe; results are deterministic if those of the members are.
/// </summary>
/// <remarks>
/// Classes are matched by name, so members may have different classes. Slices and test-time augmentation are options of each member. Members are
/// run one after the other for a single image; for a sequence of images, they overlap, each a few batches ahead of the merged results.
/// </remarks>
public sealed class EnsembleDetector : IObjectDetector
{
    private readonly IObjectDetector[] _detectors;
    private readonly EnsembleMerger _merger;

    /// <summary>Creates an ensemble. It takes ownership of the members' detectors and disposes them.</summary>
    /// <param name="members">The members, at least one. Their order decides between equal scores.</param>
    /// <param name="options">Thresholds and limits of the merged detections; null: the defaults.</param>
    /// <exception cref="ArgumentException">
    /// There are no members, or a weight or an option is out of its range. The caller still owns the detectors.
    /// </exception>
    public EnsembleDetector(IReadOnlyList<EnsembleMember> members, EnsembleDetectorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(members);
        if (members.Count == 0)
            throw new ArgumentException("An ensemble needs at least one member.", nameof(members));
        if (members.FirstOrDefault(member => !(member.Weight > 0 && double.IsFinite(member.Weight))) is { } wrong)
            throw new ArgumentException($"Weight {wrong.Weight} of an ensemble's member: must be above 0.", nameof(members));
        options ??= new();
        options.Validate();
        _detectors = [.. members.Select(member => member.Detector)];
        _merger = new(members, options);
    }

    /// <summary>The classes of all members: those of the first member, then those that the others add. Categories whose id is taken get the next free one.</summary>
    public IReadOnlyList<Category> Categories => _merger.Categories;

    /// <summary>Size that images are scaled to for the first member; the others may use other sizes.</summary>
    public InputSize Input => _detectors[0].Input;

    /// <inheritdoc/>
    public ImageSource Decode(ImageSource image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var decoded = image.ToRepeatable().ToCached();
        // Each member loads the size that it needs, which is there when it detects.
        foreach (var detector in _detectors)
            detector.Decode(decoded);
        return decoded;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<DetectedObject>> DetectAsync(ImageSource image, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        var shared = image.ToRepeatable();
        var found = new IReadOnlyList<DetectedObject>[_detectors.Length];
        for (var member = 0; member < found.Length; member++)
            found[member] = await _detectors[member].DetectAsync(shared, cancellationToken).ConfigureAwait(false);
        return _merger.Merge(found);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ImageDetections> DetectManyAsync(
        IAsyncEnumerable<ImageSource> images, int batch = 8, IProgress<int>? imagesDone = null, Action<ImageException>? onImageError = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        return Enumerate(images, batch, imagesDone, onImageError, cancellationToken);
    }

    /// <summary>Disposes the members' detectors. Calls that wait for a network, and later calls, throw <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        foreach (var detector in _detectors)
            detector.Dispose();
    }

    private async IAsyncEnumerable<ImageDetections> Enumerate(
        IAsyncEnumerable<ImageSource> images, int batch, IProgress<int>? imagesDone, Action<ImageException>? onImageError, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var source = images.Select(image => image.ToRepeatable()).GetAsyncEnumerator(stop.Token);
        await using var disposal = source.ConfigureAwait(false);
        var shared = new SharedSequence<ImageSource>(source, _detectors.Length);
        MemberRun[] runs = [.. _detectors.Select((detector, member) => new MemberRun(detector, shared.ReadAsync(member), batch, onImageError is null, stop.Token))];
        try
        {
            for (var done = 1; ; done++)
            {
                var results = new (ImageDetections? Detections, ImageException? Error)[runs.Length];
                for (var member = 0; member < runs.Length; member++)
                    results[member] = await runs[member].NextAsync().ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                var error = results.FirstOrDefault(result => result.Error is not null).Error;
                var first = results[0].Detections;
                if (error is null && first is null)
                    yield break;
                imagesDone?.Report(done);
                if (error is not null)
                    onImageError!(error);
                else
                    yield return first! with { Source = first.Source.Original, Detections = _merger.Merge([.. results.Select(result => result.Detections!.Detections)]) };
            }
        }
        finally
        {
            // Members that still read from the source end at once.
            await stop.CancelAsync().ConfigureAwait(false);
            foreach (var run in runs)
                await run.DisposeAsync().ConfigureAwait(false);
        }
    }
}
