// Does memory grow? Trains 200 steps, detects 500 times on drawn images, and then 1,000 times from sixteen threads that share the detector,
// and prints the resident set along the way:
//     dotnet run -c Release --project benchmarks/RetinaSharp.Soak
// Exits with 1 where the resident set (after a collection) grew by more than a twentieth since the first 20 (with sixteen threads: 100),
// a tensor is left, or a thread gets another result than a single one does.
using System.Diagnostics;
using System.Globalization;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Training;
using RetinaSharp.Imaging;
using RetinaSharp.Kernels;
using RetinaSharp.Soak;

const int Steps = 200, Detections = 500, SharedDetections = 1000, SharedRounds = 10, Settled = 20;
const double MostGrowth = 1.05;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var folder = Directory.CreateTempSubdirectory("retina-soak-");
try
{
    var set = DrawnSet.Create(folder.FullName);
    var run = Path.Combine(folder.FullName, "run");
    var settings = Presets.Tiny with { Training = Presets.Tiny.Training with { Epochs = Steps / (set.Images.Count / Presets.Tiny.Training.Batch) } };

    // A training reports once a second; what was resident at the first report past the first 20 steps is what later ones are held to.
    var training = new Growth("step", Settled);
    new Trainer(settings, set, null, new() { Folder = run }).Train(new Watcher(training));
    training.Add(Steps);

    var detection = new Growth("detection", Settled);
    var shared = new Growth("shared detection", SharedDetections / SharedRounds);
    int wrong;
    using (var detector = Detector.Load(run))
    {
        var images = set.Images.Select(image => Image.Load(image.Path)).ToList();
        for (var i = 0; i < Detections; i++)
        {
            detector.Detect(images[i % images.Count]);
            if ((i + 1) % Settled == 0)
                detection.Add(i + 1);
        }

        wrong = SharedDetector.Run(detector, images, SharedDetections, SharedRounds, shared);
        Console.WriteLine($"{SharedDetections} shared detections, {wrong} of them not as a single thread's");
    }

    using var process = Process.GetCurrentProcess();
    Console.WriteLine($"peak resident set {process.PeakWorkingSet64 / 1e6:F0} MB, tensors alive {TensorCount.Alive}");
    return training.Factor <= MostGrowth && detection.Factor <= MostGrowth && shared.Factor <= MostGrowth && wrong == 0 && TensorCount.Alive == 0 ? 0 : 1;
}
finally
{
    folder.Delete(recursive: true);
}
