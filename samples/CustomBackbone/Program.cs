// Trains RetinaNet with a custom backbone and detects objects with it:
//     dotnet run -c Release --project samples/CustomBackbone -- my-data#train my-data#val runs/mobile 40
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Modules;
using RetinaSharp.Detection.Training;
using RetinaSharp.Inference;
using RetinaSharp.Samples.CustomBackbone;

if (args is not [var trainPath, var validationPath, var run, var number] || !int.TryParse(number, out var epochs))
{
    Console.Error.WriteLine("usage: CustomBackbone TRAIN VALIDATION RUN EPOCHS");
    return 2;
}

// A backbone is any nn.Module<Tensor, Tensor[]> that returns feature maps with strides 8, 16 and 32.
var network = new NetworkComponents { Backbone = new ModuleBackbone("mobile-v1", MobileBackbone.Channels, () => new MobileBackbone()) };

var (train, validation) = (DetectionDataset.Open(trainPath), DetectionDataset.Open(validationPath));
var settings = Presets.Small with { Training = Presets.Small.Training with { Epochs = epochs } };
var options = new TrainerOptions { Folder = run, Components = new() { Network = network } };
var result = await new Trainer(settings, train, validation, options).TrainAsync();
Console.WriteLine($"{result.Epochs} epochs, best AP {result.Best?.AP:F3}");

// Loading needs the same backbone: the run folder contains its weights, but not its code.
using var detector = Detector.Load(run, new() { Components = network });
foreach (var detection in detector.Detect(validation.Images[0].Path).Take(3))
    Console.WriteLine($"{detection.Score:P0} {detection.Category.Name} at {detection.Box}");
return 0;
